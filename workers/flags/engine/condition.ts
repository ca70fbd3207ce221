/**
 * Conditions, compiled: a query becomes one function of the attributes, every constant in it
 * prepared. The meaning of each part is that of GrowthBook's SDKs, oddities included, for those
 * evaluate the same conditions in pages and phones.
 */
import { compileOperator, isAmong, negated, type Test } from './operators.ts'
import type { Condition } from './payload.ts'
import { isRecord, numberOf, pathReader, textOf } from './values.ts'

/** What a condition may refer to. */
export interface Scope {
  readonly groups: Readonly<Record<string, unknown>>
  /** Tests of the groups' lists, which are long and referred to from many flags. */
  readonly members: Map<readonly unknown[], Test>
  /** Saved groups around this one: a group may not contain itself. */
  readonly within: ReadonlySet<string>
}

const never: Test = () => false

/** @param condition Admitted by admission.ts, so of its form and not too deep */
export function compileCondition(condition: unknown, scope: Scope): Test {
  return every(entriesOf(condition).map(([key, value]) => compilePart(key, value, scope)))
}

const entriesOf = (object: unknown): [string, unknown][] =>
  isRecord(object) ? Object.entries(object) : []

function compilePart(key: string, value: unknown, scope: Scope): Test {
  switch (key) {
    case '$and':
      return every(compileList(value, scope))
    case '$or':
      return some(compileList(value, scope))
    case '$nor':
      return negated(some(compileList(value, scope)))
    case '$not':
      return negated(compileCondition(value, scope))
    case '$savedGroup':
      return compileGroup(value, scope)
    default: {
      const [read, test] = [pathReader(key), compileValue(value, scope)]
      return (object) => test(read(object))
    }
  }
}

const compileList = (conditions: unknown, scope: Scope): Test[] =>
  Array.isArray(conditions) ? conditions.map((one) => compileCondition(one, scope)) : []

function every(tests: readonly Test[]): Test {
  const [first, second] = tests
  if (!first) return () => true
  if (!second) return first
  if (tests.length === 2) return (value) => first(value) && second(value)
  return (value) => {
    for (const test of tests) if (!test(value)) return false
    return true
  }
}

/** No alternative at all is no restriction. */
function some(tests: readonly Test[]): Test {
  const [first] = tests
  if (!first) return () => true
  if (tests.length === 1) return first
  return (value) => {
    for (const test of tests) if (test(value)) return true
    return false
  }
}

/** What is asked of one value: a constant it must equal, or operators it must meet. */
function compileValue(condition: unknown, scope: Scope, fold = false): Test {
  if (typeof condition === 'string') return fold ? isFolded(condition) : isText(condition)
  if (typeof condition === 'number') return (value) => numberOf(value) === condition
  if (typeof condition === 'boolean') return (value) => value !== null && !!value === condition
  if (condition === null) return (value) => value === null
  if (isOperators(condition)) {
    return every(entriesOf(condition).map(([key, value]) => compileOne(key, value, scope)))
  }
  const json = JSON.stringify(condition)
  return (value) => typeof value === 'object' && JSON.stringify(value) === json
}

const isText =
  (expected: string): Test =>
  (value) =>
    value === expected || (typeof value !== 'string' && textOf(value) === expected)

function isFolded(text: string): Test {
  const expected = text.toLowerCase()
  return (value) => textOf(value).toLowerCase() === expected
}

/** Has keys, all of which begin with a dollar. */
export function isOperators(value: unknown): value is Condition {
  if (!isRecord(value)) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => key.startsWith('$'))
}

/** An operator nobody knows is never met. */
function compileOne(operator: string, expected: unknown, scope: Scope): Test {
  switch (operator) {
    case '$not':
      return negated(compileValue(expected, scope))
    case '$size': {
      const test = compileValue(expected, scope)
      return (value) => Array.isArray(value) && test(value.length)
    }
    case '$elemMatch':
      return compileElement(expected, scope)
    case '$all':
      return compileAll(expected, scope, false)
    case '$alli':
      return compileAll(expected, scope, true)
    case '$inGroup':
      return isMember(expected, scope) ?? never
    case '$notInGroup': {
      const test = isMember(expected, scope)
      return test ? negated(test) : never
    }
    default:
      return compileOperator(operator, expected) ?? never
  }
}

function compileElement(expected: unknown, scope: Scope): Test {
  const test = isOperators(expected)
    ? compileValue(expected, scope)
    : compileCondition(expected, scope)
  return (value) => Array.isArray(value) && value.some((item) => item !== null && test(item))
}

function compileAll(expected: unknown, scope: Scope, fold: boolean): Test {
  if (!Array.isArray(expected)) return never
  const tests = expected.map((one) => compileValue(one, scope, fold))
  return (value) => Array.isArray(value) && tests.every((test) => value.some((item) => test(item)))
}

/**
 * A group that there is not is an empty one.
 *
 * @returns undefined for a group that is no list: nobody is in it, and nobody is known to be outside
 */
function isMember(id: unknown, scope: Scope): Test | undefined {
  const key = textOf(id)
  const group = Object.hasOwn(scope.groups, key) ? scope.groups[key] : []
  if (Array.isArray(group)) return isListed(group, scope)
  if (!isRecord(group) || group['type'] !== 'list' || !Array.isArray(group['values'])) return
  return isListed(group['values'], scope)
}

function isListed(list: readonly unknown[], { members }: Scope): Test {
  const test = members.get(list) ?? isAmong(list)
  members.set(list, test)
  return test
}

/** Whatever is no proper reference to a proper group matches nobody. */
function compileGroup(reference: unknown, scope: Scope): Test {
  const { id, attributeKey } = isRecord(reference) ? reference : {}
  const isAttribute = attributeKey === undefined || typeof attributeKey === 'string'
  if (typeof id !== 'string' || !isAttribute || scope.within.has(id)) return never
  const group = Object.hasOwn(scope.groups, id) ? scope.groups[id] : undefined
  const within = new Set(scope.within).add(id)
  return compileMembership(isRecord(group) ? group : {}, attributeKey, { ...scope, within })
}

function compileMembership(
  { type, values, condition, attributeKey }: Condition,
  attribute: string | undefined,
  scope: Scope,
): Test {
  if (type === 'condition' && isRecord(condition)) return compileCondition(condition, scope)
  const path = attribute ?? attributeKey
  if (type !== 'list' || typeof path !== 'string' || !Array.isArray(values)) return never
  const [read, test] = [pathReader(path), isListed(values, scope)]
  return (object) => test(read(object))
}
