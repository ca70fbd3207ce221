/**
 * Which payloads are compiled at all: those of the form that GrowthBook's have, within the limits. The
 * engine itself trusts what it compiles.
 */
import { isOperators } from './condition.ts'
import { LimitError, LIMITS, measure, SnapshotError } from './limits.ts'
import { admitPattern } from './pattern-cost.ts'
import type { Feature, Payload, Rule } from './payload.ts'
import { compileSnapshot, type Snapshot } from './snapshot.ts'
import { isRecord, textOf } from './values.ts'

/**
 * @throws LimitError for what is too large, too deep or too slow
 * @throws SnapshotError for what is not of its form
 */
export function admitSnapshot(payload: Payload): Snapshot {
  const { features = {}, savedGroups = {} } = payload
  const keys = Object.keys(features)
  if (keys.length > LIMITS.flags) {
    throw new LimitError('flags', 'The snapshot', 'remove flags that nobody asks for.')
  }
  const used = { conditionParts: 0, inlineValues: 0 }
  const scopeOf = (at: string): Scope => {
    return { at, used, groups: savedGroups, depth: 0, within: new Set() }
  }
  for (const key of keys) {
    naming(`Flag ${key}`, (at) => admitFeature(features[key] ?? {}, payload, scopeOf(at)))
  }
  admitDepth(features)
  return naming('The snapshot', () => compileSnapshot(payload))
}

interface Scope {
  /** In whose words a refusal speaks. */
  readonly at: string
  /** Of the whole snapshot. */
  readonly used: { conditionParts: number; inlineValues: number }
  readonly groups: Readonly<Record<string, unknown>>
  readonly depth: number
  /** Saved groups around this one. */
  readonly within: ReadonlySet<string>
}

/** What is not of its form fails in many places; what must be said is where. */
function naming<Value>(at: string, act: (at: string) => Value): Value {
  try {
    return act(at)
  } catch (cause) {
    if (cause instanceof LimitError || cause instanceof SnapshotError) throw cause
    throw new SnapshotError(`${at}: not of the form that GrowthBook’s payload has.`, { cause })
  }
}

function admitFeature({ rules = [] }: Feature, payload: Payload, scope: Scope): void {
  for (const rule of rules) admitRule(rule, payload, scope)
}

function admitRule(rule: Rule, payload: Payload, scope: Scope): void {
  const { condition, parentConditions = [] } = rule
  for (const one of leavesOf(rule, payload)) {
    admitCondition(one.condition ?? {}, scope)
    if (condition) admitCondition(condition, scope)
  }
  if (condition) admitCondition(condition, scope)
  for (const parent of parentConditions) admitCondition(parent.condition ?? {}, scope)
  admitLists(rule)
}

function admitLists({ ranges = [], filters = [], ...rule }: Rule): void {
  const all = [...ranges, ...filters.flatMap((filter) => [...filter.ranges])]
  if (!all.every((range) => range.length === 2)) throw new TypeError('a range has two ends')
  for (const list of [rule.variations, rule.contextualVariations, rule.weights, rule.meta]) {
    if (list && !Array.isArray(list)) throw new TypeError('a list is expected')
  }
}

/** Of a contextual bandit: each is compiled as an experiment of its own, conditions included. */
function leavesOf({ contextualBanditRef: ref }: Rule, { contextualBandits = {} }: Payload) {
  const bandit = ref && Object.hasOwn(contextualBandits, ref) ? contextualBandits[ref] : undefined
  return bandit?.contexts ?? []
}

function admitCondition(condition: unknown, scope: Scope): void {
  if (!isRecord(condition)) throw new SnapshotError(`${scope.at}: a condition must be an object.`)
  const inner = deeper(scope)
  for (const [key, value] of Object.entries(condition)) admitPart(key, value, inner)
}

function admitPart(key: string, value: unknown, scope: Scope): void {
  switch (key) {
    case '$and':
    case '$or':
    case '$nor':
      if (!Array.isArray(value)) throw new SnapshotError(`${scope.at}: ${key} takes a list.`)
      return value.forEach((one) => admitCondition(one, scope))
    case '$not':
      return admitCondition(value, scope)
    case '$savedGroup':
      return admitGroup(value, scope)
    default:
      return admitValue(value, scope)
  }
}

/** What a reference leads to counts where it stands, for it is compiled there. */
function admitGroup(reference: unknown, scope: Scope): void {
  const id = isRecord(reference) ? reference['id'] : undefined
  if (typeof id !== 'string' || scope.within.has(id) || !Object.hasOwn(scope.groups, id)) return
  const group = scope.groups[id]
  if (!isRecord(group) || group['type'] !== 'condition' || !isRecord(group['condition'])) return
  admitCondition(group['condition'], { ...scope, within: new Set(scope.within).add(id) })
}

function admitValue(value: unknown, scope: Scope): void {
  if (!isOperators(value)) return void measure(value, scope.at)
  const inner = deeper(scope)
  for (const [operator, expected] of Object.entries(value)) admitOperator(operator, expected, inner)
}

function admitOperator(operator: string, expected: unknown, scope: Scope): void {
  if (Array.isArray(expected)) count(scope, 'inlineValues', expected.length)
  switch (operator) {
    case '$not':
    case '$size':
      return admitValue(expected, scope)
    case '$elemMatch':
      return isOperators(expected) ? admitValue(expected, scope) : admitCondition(expected, scope)
    case '$all':
    case '$alli':
      if (Array.isArray(expected)) expected.forEach((one) => admitValue(one, scope))
      return
    case '$regex':
    case '$regexi':
      return admitPattern(textOf(expected), scope.at)
  }
}

function deeper(scope: Scope): Scope {
  count(scope, 'conditionParts', 1)
  const depth = scope.depth + 1
  if (depth <= LIMITS.conditionDepth) return { ...scope, depth }
  throw new LimitError('conditionDepth', scope.at, 'write alternatives side by side, not nested.')
}

const ADVICE = {
  conditionParts: 'refer to fewer saved groups.',
  inlineValues: 'put long lists into saved groups.',
} as const

function count(scope: Scope, what: keyof Scope['used'], more: number): void {
  scope.used[what] += more
  if (scope.used[what] > LIMITS[what]) throw new LimitError(what, scope.at, ADVICE[what])
}

/**
 * Cycles pass: what they give is decided when they are met.
 *
 * @throws LimitError prerequisiteDepth
 */
function admitDepth(features: Readonly<Record<string, Feature>>): void {
  const depths = new Map<string, number>()
  const depthOf = (key: string, level: number): number => {
    const known = depths.get(key)
    if (known !== undefined) return bounded(known + level, key) - level
    depths.set(key, 0)
    const rules = Object.hasOwn(features, key) ? (features[key]?.rules ?? []) : []
    const parents = rules.flatMap(({ parentConditions = [] }) => parentConditions)
    const below = parents.map(({ id }) => depthOf(id, bounded(level + 1, key)) + 1)
    const depth = below.reduce((most, one) => Math.max(most, one), 0)
    depths.set(key, depth)
    return depth
  }
  for (const key of Object.keys(features)) depthOf(key, 0)
}

function bounded(depth: number, key: string): number {
  if (depth <= LIMITS.prerequisiteDepth) return depth
  const advice = 'let it depend on fewer flags that depend on others.'
  throw new LimitError('prerequisiteDepth', `Flag ${key}`, advice)
}
