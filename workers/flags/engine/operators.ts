/** Operators that compare one value with a constant; those that contain conditions are condition.ts's. */
import { compilePattern } from './pattern.ts'
import { comparable, typeName } from './values.ts'
import { paddedVersion } from './version.ts'

export type Test = (value: unknown) => boolean

const never: Test = () => false
export const negated =
  (test: Test): Test =>
  (value) =>
    !test(value)

/** @returns undefined for an operator there is not @throws LimitError of its pattern */
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
      return Array.isArray(expected) ? isAmong(expected) : never
    case '$nin':
      return Array.isArray(expected) ? negated(isAmong(expected)) : never
    case '$ini':
      return Array.isArray(expected) ? isAmongFolded(expected) : never
    case '$nini':
      return Array.isArray(expected) ? negated(isAmongFolded(expected)) : never
    case '$regex':
      return compilePattern(expected, '')
    case '$regexi':
      return compilePattern(expected, 'i')
    default:
      return compileOrder(operator, comparable(expected)) ?? compileVersion(operator, expected)
  }
}

function compileOrder(operator: string, limit: string | number): Test | undefined {
  switch (operator) {
    case '$lt':
      return (value) => comparable(value) < limit
    case '$lte':
      return (value) => comparable(value) <= limit
    case '$gt':
      return (value) => comparable(value) > limit
    case '$gte':
      return (value) => comparable(value) >= limit
  }
}

function compileVersion(operator: string, expected: unknown): Test | undefined {
  const version = paddedVersion(expected)
  switch (operator) {
    case '$veq':
      return (value) => paddedVersion(value) === version
    case '$vne':
      return (value) => paddedVersion(value) !== version
    case '$vlt':
      return (value) => paddedVersion(value) < version
    case '$vlte':
      return (value) => paddedVersion(value) <= version
    case '$vgt':
      return (value) => paddedVersion(value) > version
    case '$vgte':
      return (value) => paddedVersion(value) >= version
  }
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
