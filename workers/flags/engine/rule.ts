/** Rules, compiled. A rule decides the flag's value, or says why it does not. */
import { compileCondition } from './condition.ts'
import { compileExperiment, compileFilters, type Enrol } from './experiment.ts'
import { bucketing, evenWeights, isInRange } from './hash.ts'
import type { BanditDefinition, ContextualBandit, Experiment, Json, Rule } from './payload.ts'
import { compilePrerequisites, type Surroundings } from './prerequisite.ts'
import { type Evaluation, fixedEvaluation, hashReader, type Run, type Skip } from './run.ts'

export type Decide = (run: Run) => Evaluation | Skip

export interface RuleSurroundings extends Surroundings {
  readonly flagKey: string
  readonly bandits: Readonly<Record<string, BanditDefinition>>
}

const GATED = fixedEvaluation(null, 'DISABLED', 'prerequisite')
export const CYCLE = fixedEvaluation(null, 'UNKNOWN', 'cyclicPrerequisite')

/** @throws LimitError, SnapshotError of its conditions */
export function compileRule(rule: Rule, around: RuleSurroundings): Decide {
  const standing = compilePrerequisites(rule.parentConditions, around)
  const isFilteredOut = rule.filters && compileFilters(rule.filters)
  const decide = compileDecision(rule, around)
  if (!standing && !isFilteredOut) return decide
  return (run) => {
    const stands = standing?.(run)
    if (stands === 'cycle') return CYCLE
    if (stands === 'gate') return GATED
    if (stands === 'unmet') return 'prerequisite'
    return isFilteredOut?.(run) ? 'filters' : decide(run)
  }
}

function compileDecision(rule: Rule, around: RuleSurroundings): Decide {
  if (rule.force !== undefined) return compileForce(rule, rule.force, around)
  const variations = rule.contextualVariations ?? rule.variations
  if (!variations) return () => 'too few variations'
  const enrol = compileEnrolment(rule, variations, around)
  const ruleId = rule.id || ''
  return (run) => {
    const exposure = enrol(run)
    if (typeof exposure === 'string') return exposure
    const { value, key: variant, hashUsed } = exposure
    if (exposure.passthrough) {
      if (hashUsed) (run.otherExposures ??= []).push(exposure)
      return 'passthrough'
    }
    return {
      value,
      variant,
      reason: hashUsed ? 'SPLIT' : 'TARGETING_MATCH',
      source: 'experiment',
      ruleId,
      exposure,
      otherExposures: undefined,
      sticky: undefined,
    }
  }
}

function compileForce(rule: Rule, value: Json, around: RuleSurroundings): Decide {
  const test = rule.condition && compileCondition(rule.condition, around.scope)
  const isRollout = rule.range !== undefined || rule.coverage !== undefined
  const reason = isRollout ? 'SPLIT' : 'TARGETING_MATCH'
  const forced = fixedEvaluation(value, reason, 'force', rule.id)
  const refuse = isRollout ? compileRollout(rule, around.flagKey) : undefined
  return (run) => {
    if (test && !test(run.context.attributes)) return 'condition'
    return refuse?.(run) ?? forced
  }
}

/** A share of the units; raising the coverage never loses one of them. */
function compileRollout(rule: Rule, flagKey: string): (run: Run) => Skip | undefined {
  const { range, coverage = 1 } = rule
  if (!range && coverage === 0) return () => 'coverage'
  const own = hashReader(rule.hashAttribute)
  const fallback =
    rule.fallbackAttribute && !rule.disableStickyBucketing
      ? hashReader(rule.fallbackAttribute)
      : undefined
  const hash = bucketing(rule.seed || flagKey, rule.hashVersion || 1)
  return (run) => {
    const { attributes } = run.context
    const value = own.read(attributes) || (run.sticky && fallback?.read(attributes))
    if (!value) return 'no hash attribute'
    if (!hash) return 'no such hash version'
    const bucket = hash(value)
    run.bucket = bucket
    const isIncluded = range ? isInRange(bucket, range) : bucket <= coverage
    return isIncluded ? undefined : 'coverage'
  }
}

function compileEnrolment(
  rule: Rule,
  variations: readonly Json[],
  around: RuleSurroundings,
): Enrol {
  const experiment = experimentOf(rule, variations, around.flagKey)
  const { bandits } = around
  const ref = rule.contextualBanditRef
  const bandit = ref && Object.hasOwn(bandits, ref) ? bandits[ref] : undefined
  return bandit ? compileBandit(experiment, bandit, around) : compileExperiment(experiment, around)
}

/** The fields of a rule that are its experiment's. Its prerequisites are met when that begins. */
const CARRIED = [
  'coverage',
  'weights',
  'hashAttribute',
  'fallbackAttribute',
  'disableStickyBucketing',
  'bucketVersion',
  'minBucketVersion',
  'namespace',
  'meta',
  'ranges',
  'name',
  'phase',
  'seed',
  'hashVersion',
  'filters',
  'condition',
] as const

function experimentOf(rule: Rule, variations: readonly Json[], flagKey: string): Experiment {
  const carried = CARRIED.filter((field) => rule[field] || rule[field] === 0)
  const fields = Object.fromEntries(carried.map((field) => [field, rule[field]]))
  return { ...fields, variations, key: rule.key || flagKey }
}

/** Weights by what the unit is like: those of the first leaf whose condition holds. */
function compileBandit(
  experiment: Experiment,
  { banditVersion, contexts = [] }: BanditDefinition,
  around: RuleSurroundings,
): Enrol {
  const version = banditVersion !== undefined && { banditVersion }
  const withLeaf = (leafId: number, weights: readonly number[] | undefined) => {
    const variationWeights = weights ?? evenWeights(experiment.variations.length)
    const contextualBandit: ContextualBandit = { leafId, variationWeights, ...version }
    const weighted = weights ? { ...experiment, weights } : experiment
    return compileExperiment({ ...weighted, contextualBandit }, around)
  }
  const leaves = contexts.map(({ condition = {}, leafId, weights }) => {
    return { test: compileCondition(condition, around.scope), enrol: withLeaf(leafId, weights) }
  })
  const fallback = withLeaf(-1, experiment.weights)
  return (run) => {
    const leaf = leaves.find(({ test }) => test(run.context.attributes))
    return leaf ? leaf.enrol(run) : fallback(run)
  }
}
