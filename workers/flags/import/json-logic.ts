/** JsonLogic's conditions, with flagd's own operations, as conditions of ours. */
import type { Json } from '../engine/payload.ts'
import { all, any, type Condition, isIn, not, textCondition, UNIT } from './conditions.ts'
import { Lost } from './imported.ts'

/** Conditions by the names that `$ref` knows them by. */
export type Evaluators = ReadonlyMap<string, Json>

export const evaluatorsOf = (evaluators: Readonly<Record<string, Json>>): Evaluators =>
  new Map(Object.entries(evaluators))

/** References within references; a circle ends here. */
const DEEPEST = 8

/** @throws Lost naming what has no counterpart */
export function jsonLogicCondition(logic: Json, evaluators: Evaluators, depth = 0): Condition {
  if (depth > DEEPEST) throw new Lost('Its conditions refer to each other too deeply.')
  const [operation, given] = onlyEntry(logic)
  const parts = listOf(given)
  const inner = (part: Json) => jsonLogicCondition(part, evaluators, depth + 1)
  switch (operation) {
    case '$ref': {
      const found = typeof given === 'string' ? evaluators.get(given) : undefined
      if (found === undefined) throw new Lost(`There is no evaluator ${JSON.stringify(given)}.`)
      return inner(found)
    }
    case 'and':
      return all(parts.map(inner)) ?? nothing(operation)
    case 'or':
      return any(parts.map(inner))
    case '!':
      return not(inner(parts[0] ?? null))
    case '!!':
      return inner(parts[0] ?? null)
    case 'var':
      return { [attributeOf(logic)]: { $nin: [null, false, '', 0] } }
    default:
      return comparison(operation, parts)
  }
}

const ORDERS: Readonly<Record<string, string>> = {
  '==': '$eq',
  '===': '$eq',
  '!=': '$ne',
  '!==': '$ne',
  '<': '$lt',
  '<=': '$lte',
  '>': '$gt',
  '>=': '$gte',
}

/** With the sides changed. */
const TURNED: Readonly<Record<string, string>> = {
  $lt: '$gt',
  $lte: '$gte',
  $gt: '$lt',
  $gte: '$lte',
}

function comparison(operation: string, parts: readonly Json[]): Condition {
  const [left = null, right = null, third] = parts
  const order = Object.hasOwn(ORDERS, operation) ? ORDERS[operation] : undefined
  if (order !== undefined) {
    if (third !== undefined) throw new Lost('A comparison of three values has no counterpart.')
    if (isVariable(left)) return { [attributeOf(left)]: { [order]: constant(right) } }
    return { [attributeOf(right)]: { [TURNED[order] ?? order]: constant(left) } }
  }
  switch (operation) {
    case 'in':
      if (isVariable(left) && Array.isArray(right)) return isIn(attributeOf(left), right)
      // A variable on the right may be a list or a text there; it is a text here.
      return textCondition(attributeOf(right), 'contains', [textOf(left)])
    case 'starts_with':
      return textCondition(attributeOf(left), 'starts', [textOf(right)])
    case 'ends_with':
      return textCondition(attributeOf(left), 'ends', [textOf(right)])
    case 'sem_ver':
      return versionCondition(left, textOf(right), third)
    default:
      return nothing(operation)
  }
}

const VERSIONS: Readonly<Record<string, string>> = {
  '=': '$veq',
  '!=': '$vne',
  '<': '$vlt',
  '<=': '$vlte',
  '>': '$vgt',
  '>=': '$vgte',
}

function versionCondition(left: Json, how: string, version: Json | undefined): Condition {
  const operator = Object.hasOwn(VERSIONS, how) ? VERSIONS[how] : undefined
  if (operator === undefined) throw new Lost(`Versions are not compared with ${how} here.`)
  return { [attributeOf(left)]: { [operator]: textOf(version ?? null) } }
}

function nothing(operation: string): never {
  throw new Lost(`The operation ${operation} has no counterpart.`)
}

function onlyEntry(logic: Json): [string, Json] {
  const entries =
    typeof logic === 'object' && logic !== null && !Array.isArray(logic)
      ? Object.entries(logic)
      : []
  const [entry] = entries
  if (!entry || entries.length > 1)
    throw new Lost('A condition that is constant has no counterpart.')
  return entry
}

const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value])

function isVariable(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'var' in value
}

function attributeOf(value: Json): string {
  const name = isVariable(value) ? listOf(onlyEntry(value)[1])[0] : undefined
  if (typeof name !== 'string' || name === '') throw new Lost('It compares what is no attribute.')
  if (name.startsWith('$flagd.')) throw new Lost(`${name} is known to flagd alone.`)
  return name === 'targetingKey' ? UNIT : name
}

function constant(value: Json): Json {
  if (typeof value !== 'object') return value
  if (value === null) return null
  throw new Lost('It compares two things of which none is constant.')
}

function textOf(value: Json): string {
  if (typeof value === 'string') return value
  throw new Lost('It looks for something that is no text.')
}
