/**
 * Arithmetic for the model: what jsep parses, evaluated here by a closed list of operators, functions
 * and constants. No text is ever run as code, and nothing of the language can be reached by a name.
 */
import jsep from 'jsep'

/** Longer ones are no arithmetic anybody would write. */
const MAX_LENGTH = 500

/** The expression cannot be read or has no number for a value; the message says why, for the model. */
export class ExpressionError extends Error {
  override name = 'ExpressionError'
}

type Numbers = readonly number[]

const UNARY: Readonly<Record<string, (a: number) => number>> = { '-': (a) => -a, '+': (a) => a }

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
  '**': (a, b) => a ** b,
}

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E }

/** With how many arguments each may be called: at least, at most. */
const FUNCTIONS: Readonly<
  Record<string, [least: number, most: number, of: (n: Numbers) => number]>
> = {
  abs: [1, 1, ([n = 0]) => Math.abs(n)],
  sqrt: [1, 1, ([n = 0]) => Math.sqrt(n)],
  round: [1, 2, ([n = 0, digits = 0]) => Number(n.toFixed(Math.min(Math.max(0, digits), 20)))],
  floor: [1, 1, ([n = 0]) => Math.floor(n)],
  ceil: [1, 1, ([n = 0]) => Math.ceil(n)],
  exp: [1, 1, ([n = 0]) => Math.exp(n)],
  ln: [1, 1, ([n = 0]) => Math.log(n)],
  log10: [1, 1, ([n = 0]) => Math.log10(n)],
  sin: [1, 1, ([n = 0]) => Math.sin(n)],
  cos: [1, 1, ([n = 0]) => Math.cos(n)],
  tan: [1, 1, ([n = 0]) => Math.tan(n)],
  min: [1, 100, (n) => Math.min(...n)],
  max: [1, 100, (n) => Math.max(...n)],
  sum: [1, 100, (n) => n.reduce((a, b) => a + b, 0)],
}

/**
 * The value, with the last digits of binary fractions rounded away: 0.1 + 0.2 is 0.3.
 *
 * @throws ExpressionError
 */
export function calculate(text: string): number {
  if (text.length > MAX_LENGTH) throw new ExpressionError(`use at most ${MAX_LENGTH} characters`)
  const value = evaluate(parse(text.replaceAll('×', '*').replaceAll('÷', '/').replaceAll('−', '-')))
  if (!Number.isFinite(value)) throw new ExpressionError('it has no finite value')
  return Number(value.toPrecision(15))
}

// JavaScript has `^` for bits, weaker than `+`; people mean powers.
jsep.addBinaryOp('^', 11, true)

function parse(text: string): jsep.Expression {
  try {
    return jsep(text)
  } catch (error) {
    throw new ExpressionError(error instanceof Error ? error.message : 'it cannot be read', {
      cause: error,
    })
  }
}

function evaluate(node: jsep.Expression): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jsep's own list of nodes, by `type`
  const known = node as jsep.CoreExpression
  if (known.type === 'Literal' && typeof known.value === 'number') return known.value
  if (known.type === 'Identifier') return lookUp(CONSTANTS, known.name)
  if (known.type === 'UnaryExpression') {
    return lookUp(UNARY, known.operator)(evaluate(known.argument))
  }
  if (known.type === 'BinaryExpression') {
    return lookUp(BINARY, known.operator)(evaluate(known.left), evaluate(known.right))
  }
  if (known.type === 'CallExpression') return call(known)
  throw new ExpressionError('only numbers, + - * / % ^, brackets and functions are understood')
}

function call({ callee, arguments: args }: jsep.CallExpression): number {
  const name = typeof callee['name'] === 'string' ? callee['name'] : ''
  const [least, most, of] = lookUp(FUNCTIONS, name)
  if (args.length < least || args.length > most) {
    throw new ExpressionError(
      `${name} takes ${least === most ? least : `${least} to ${most}`} numbers`,
    )
  }
  return of(args.map(evaluate))
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string): Value {
  const value = Object.hasOwn(table, name) ? table[name] : undefined
  if (value === undefined) throw new ExpressionError(`'${name}' is not known here`)
  return value
}
