/**
 * What an experiment’s sums say: each variant against control, for each metric, and whether they can be
 * trusted. No clock: the time of the look comes in.
 */
import { compareArms, type Comparison, type Look } from './comparison.ts'
import type { ExperimentMetric, ExperimentResults } from './result-schemas.ts'
import {
  adjustForMany,
  LEAST_UNITS,
  isMismatch,
  multipleShare,
  sampleRatioP,
} from './statistics/checks.ts'
import { meanOf, type Moments, NO_MOMENTS } from './statistics/moments.ts'

/** Two-sided, of goals adjusted for many and of guardrails as they are. */
export const ALPHA = 0.05

export interface ExperimentPlan {
  readonly phase: number
  readonly control: string
  readonly arms: readonly { variant: string; weight: number }[]
  readonly metrics: readonly ExperimentMetric[]
  readonly method: 'sequential' | 'fixed'
  /** ISO 8601 */
  readonly horizonAt: string | null
}

/** Units first exposed to a variant, and of these the ones that had another one too. */
export interface ArmUnits {
  readonly variant: string
  readonly units: number
  readonly several: number
}

export interface Evidence {
  /** ISO 8601, of the look. */
  readonly at: string
  readonly dataAt: string
  readonly since: string | null
  readonly arms: readonly ArmUnits[]
  /** @returns sums over the units of a variant that had no other */
  readonly momentsOf: (metric: ExperimentMetric, variant: string) => Moments | undefined
}

export function analyse(plan: ExperimentPlan, evidence: Evidence): ExperimentResults {
  const { phase, control, method, horizonAt } = plan
  const { at, dataAt, since } = evidence
  const isFinal = method === 'fixed' && horizonAt !== null && at >= horizonAt
  const known = new Map(evidence.arms.map((arm) => [arm.variant, arm]))
  const arms = plan.arms.map(({ variant, weight }) => {
    return { variant, weight, units: known.get(variant)?.units ?? 0 }
  })
  const units = sum(arms.map((arm) => arm.units))
  const several = sum(plan.arms.map(({ variant }) => known.get(variant)?.several ?? 0))
  return {
    phase,
    computedAt: at,
    dataAt,
    since,
    method,
    horizonAt,
    isFinal,
    state: stateOf(arms),
    control,
    units,
    arms,
    sampleRatio: { p: sampleRatioP(arms) ?? null, isAlarm: isMismatch(arms) },
    severalVariants: { units: several, share: multipleShare(units, several) },
    metrics: adjusted(
      plan.metrics.map((metric) => resultOf(plan, evidence, metric, lookOf(plan, metric, isFinal))),
    ),
  }
}

function stateOf(arms: readonly { units: number }[]): ExperimentResults['state'] {
  if (arms.every(({ units }) => units === 0)) return 'empty'
  return arms.every(({ units }) => units >= LEAST_UNITS) ? 'reported' : 'collecting'
}

/** Guardrails are watched all the time, whatever the goals’ method. */
function lookOf({ method }: ExperimentPlan, { role }: ExperimentMetric, isFinal: boolean): Look {
  if (role === 'guardrail' || method === 'sequential') return 'any'
  return isFinal ? 'planned' : 'early'
}

type MetricResult = ExperimentResults['metrics'][number]

function resultOf(
  plan: ExperimentPlan,
  { momentsOf }: Evidence,
  metric: ExperimentMetric,
  look: Look,
): MetricResult {
  const of = (variant: string) => momentsOf(metric, variant) ?? NO_MOMENTS
  const control = of(plan.control)
  const arms = plan.arms
    .map(({ variant }) => ({ variant, moments: of(variant) }))
    .filter(({ moments }) => moments.n >= LEAST_UNITS)
    .map(({ variant, moments }) => ({ variant, n: moments.n, mean: meanOf(moments) }))
  const comparisons = plan.arms
    .filter(({ variant }) => variant !== plan.control)
    .map(({ variant }) => ({
      variant,
      ...compareArms(metric.kind, control, of(variant), look, ALPHA),
    }))
    .map((comparison) => ({
      ...comparison,
      adjustedP: null,
      verdict: verdictOf(metric, look, comparison, comparison.p),
    }))
  const guardrail = metric.role === 'guardrail' ? guardrailOf(comparisons) : null
  return { ...metric, arms, comparisons, guardrail }
}

type Verdict = MetricResult['comparisons'][number]['verdict']

function verdictOf(
  { direction }: ExperimentMetric,
  look: Look,
  { state, absolute }: Comparison,
  p: number | null,
): Verdict {
  if (state !== 'shown' || !absolute) return 'none'
  if (look === 'early') return 'early'
  if (p === null || p >= ALPHA) return 'unclear'
  return absolute.value > 0 === (direction === 'increase') ? 'better' : 'worse'
}

function guardrailOf(comparisons: readonly { verdict: Verdict }[]): MetricResult['guardrail'] {
  if (comparisons.some(({ verdict }) => verdict === 'worse')) return 'breached'
  return comparisons.every(({ verdict }) => verdict === 'none') ? 'unknown' : 'holds'
}

/** Goals with their p values adjusted for there being many, and their verdicts after that. */
function adjusted(metrics: readonly MetricResult[]): MetricResult[] {
  const goals = metrics.filter(({ role }) => role === 'goal')
  const values = goals.flatMap(({ comparisons }) => comparisons.flatMap(({ p }) => p ?? []))
  const left = adjustForMany(values)
  return metrics.map((metric) => {
    if (metric.role !== 'goal') return metric
    const comparisons = metric.comparisons.map((comparison) => {
      if (comparison.p === null) return comparison
      const adjustedP = left.shift() ?? 1
      const verdict = verdictOf(metric, 'any', comparison, adjustedP)
      return { ...comparison, adjustedP, verdict }
    })
    return { ...metric, comparisons }
  })
}

/** What a ramp’s guard may measure: `experiment`, or one of the metrics by its name. */
export const WHOLE = 'experiment'

/**
 * A number for a ramp’s guard. Of the whole experiment it is how many alarms there are: a sample ratio that
 * is off, and guardrails that are breached; of a metric it is the mean of the variant that does worst.
 *
 * @returns undefined for what the experiment does not measure
 */
export function readingOf(
  { arms, metrics, control, sampleRatio }: ExperimentResults,
  name: string,
): { value: number; samples: number } | undefined {
  if (name === WHOLE) {
    const breached = metrics.filter(({ guardrail }) => guardrail === 'breached')
    const value = breached.length + (sampleRatio.isAlarm ? 1 : 0)
    // An alarm counts by itself: arms that are far too small are what it is about.
    const samples = value > 0 ? sum(arms.map(({ units }) => units)) : least(arms)
    return { value, samples }
  }
  const metric = metrics.find((one) => one.name === name)
  const isWorse =
    metric?.direction === 'increase'
      ? (a: number, b: number) => a < b
      : (a: number, b: number) => a > b
  const worst = metric?.arms
    .filter(({ variant }) => variant !== control)
    .reduce<{ mean: number; n: number } | undefined>(
      (found, arm) => (found && !isWorse(arm.mean, found.mean) ? found : arm),
      undefined,
    )
  return worst && { value: worst.mean, samples: worst.n }
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
const least = (arms: readonly { units: number }[]): number =>
  Math.min(...arms.map(({ units }) => units))
