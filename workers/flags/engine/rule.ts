/** Rules, compiled. A rule decides the flag's value, or says why it does not. */
import { compileCondition } from './condition.ts'
import { compileExperiment, compileFilters, type Enrol } from './experiment.ts'
import { bucketing, evenWeights, isInRange } from './hash.ts'
import type { BanditDefinition, Experiment, Json, Rule } from './payload.ts'
import { compilePrerequisites, noteExposure, type Surroundings } from './prerequisite.ts'
import { type Evaluation, evaluationOf, hashReader, type Run, type Skip } from './run.ts'

export type Decide = (run: Run) => Evaluation | Skip

export interface RuleSurroundings extends Surroundings {
  readonly flagKey: string
  readonly bandits: Readonly<Record<string, BanditDefinition>>
}

const GATED = evaluationOf(null, 'DISABLED', 'prerequisite')
export const CYCLE = evaluationOf(null, 'UNKNOWN', 'cyclicPrerequisite')

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
  const enrol = compileEnrolment(rule, around)
  return (run) => {
    const exposure = enrol(run)
    if (typeof exposure === 'string') return exposure
    const { variation, bucket } = exposure
    if (variation.isPassthrough) {
      noteExposure(run, exposure)
      return 'passthrough'
    }
    const reason = bucket === undefined ? 'TARGETING_MATCH' : 'SPLIT'
    return evaluationOf(variation.value, reason, 'experiment', rule.id, exposure)
  }
}

function compileForce(rule: Rule, value: Json, around: RuleSurroundings): Decide {
  const test = rule.condition && compileCondition(rule.condition, around.scope)
  const isRollout = rule.range !== undefined || rule.coverage !== undefined
  const reason = isRollout ? 'SPLIT' : 'TARGETING_MATCH'
  const forced = evaluationOf(value, reason, 'force', rule.id)
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

/** Of a contextual bandit, the first leaf whose condition holds brings its own weights. */
function compileEnrolment(rule: Rule, around: RuleSurroundings): Enrol {
  const { parentConditions: _, force: _force, contextualBanditRef: ref, ...split } = rule
  const variations = rule.contextualVariations ?? rule.variations ?? []
  const experiment: Experiment = { ...split, variations, key: rule.key || around.flagKey }
  const bandit = ref && Object.hasOwn(around.bandits, ref) ? around.bandits[ref] : undefined
  if (!bandit) return compileExperiment(experiment, around)

  const { banditVersion, contexts = [] } = bandit
  const withLeaf = (leafId: number, weights?: readonly number[]) => {
    const variationWeights = weights ?? evenWeights(variations.length)
    const contextualBandit = { leafId, variationWeights, banditVersion }
    return compileExperiment(
      { ...experiment, ...(weights && { weights }), contextualBandit },
      around,
    )
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
