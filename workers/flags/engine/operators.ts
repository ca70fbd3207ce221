/** Operators that compare one value with a constant; those that contain conditions are condition.ts's. */
import { LimitError, LIMITS } from './limits.ts'
import { comparable, orderOf, textOf, typeName } from './values.ts'
import { paddedVersion, versionOrder } from './version.ts'

export type Test = (value: unknown) => boolean

export const negated =
  (test: Test): Test =>
  (value) =>
    !test(value)

/** @returns undefined for what is never met, such as an operator there is not */
export function compileOperator(operator: string, expected: unknown): Test | undefined {
  switch (operator) {
    case '$eq':
      return (value) => value === expected
    case '$ne':
      return (value) => value !== expected
    case '$exists':
      return expected ? (value) => value !== null : (value) => value === null
    case '$type':
      return (value) => typeName(value) === expected
    case '$in':
    case '$ini':
      return compileList(expected, operator === '$ini')
    case '$nin':
    case '$nini': {
      const test = compileList(expected, operator === '$nini')
      return test && negated(test)
    }
    case '$regex':
      return compilePattern(textOf(expected), '')
    case '$regexi':
      return compilePattern(textOf(expected), 'i')
    default:
      return compileOrder(operator, expected)
  }
}

/** By what an operator's name ends with, the orders that meet it. NaN, of what has no order, is none. */
const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
}

function compileOrder(operator: string, expected: unknown): Test | undefined {
  const isVersion = operator.startsWith('$v')
  const name = operator.slice(isVersion ? 2 : 1)
  const isMet = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined
  if (!isMet) return undefined
  const limit = comparable(expected)
  const version = paddedVersion(expected)
  return isVersion
    ? (value) => isMet(versionOrder(value, version))
    : (value) => isMet(orderOf(comparable(value), limit))
}

/** @returns undefined for an expression that is none: it matches nothing, as in the SDKs */
export function compilePattern(source: string, flags: string): Test | undefined {
  try {
    const pattern = new RegExp(source, flags)
    return (value) => {
      const text = textOf(value)
      if (text.length <= LIMITS.patternText) return pattern.test(text)
      throw new LimitError(
        'patternText',
        'A text that is matched by a pattern',
        'send a shorter one.',
      )
    }
  } catch {
    return undefined
  }
}

function compileList(list: unknown, fold: boolean): Test | undefined {
  if (!Array.isArray(list)) return undefined
  return fold ? isAmongFolded(list) : isAmong(list)
}

/** A list has it when one of its items is among them. */
export function isAmong(list: readonly unknown[]): Test {
  const members = new Set(list)
  return (value) =>
    Array.isArray(value) ? value.some((item) => members.has(item)) : members.has(value)
}

function isAmongFolded(list: readonly unknown[]): Test {
  const test = isAmong(list.map(folded))
  return (value) => test(Array.isArray(value) ? value.map(folded) : folded(value))
}

const folded = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : value)
