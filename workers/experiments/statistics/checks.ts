/** What tells whether numbers can be trusted: sample ratios, units in two variants, many metrics at once. */
import { chiSquareTail } from './distributions.ts'
import { logGamma } from './gamma.ts'

/** Below this the arms are not as large as they were meant to be: GrowthBook's default. */
const MISMATCH_P = 0.001

/** And below this it is no chance find of somebody who looks every minute. */
const SEQUENTIAL_MISMATCH_P = 0.01

/** Whether sizes are an alarm: off at this look, and off for one of any number of looks. */
export function isMismatch(arms: readonly ArmCount[]): boolean {
  const p = sampleRatioP(arms)
  return p !== undefined && p < MISMATCH_P && sequentialRatioP(arms) < SEQUENTIAL_MISMATCH_P
}

/** Units per arm before numbers are shown: asymptotics begin somewhere. */
export const LEAST_UNITS = 100

/** An arm: units that came, and its share of those that should, on any scale. */
export interface ArmCount {
  readonly units: number
  readonly weight: number
}

/** Units each arm must have been meant to get for the chi-square to hold (Cochran, 1954). */
const LEAST_EXPECTED = 5

/**
 * Sample ratio mismatch: Pearson's chi-square of the arms' sizes against their weights.
 *
 * @returns p; undefined when too few came to tell, or fewer than two arms have a weight
 */
export function sampleRatioP(arms: readonly ArmCount[]): number | undefined {
  const meant = arms.filter(({ weight }) => weight > 0)
  if (arms.some(({ units, weight }) => weight <= 0 && units > 0)) return 0
  const units = sum(meant.map((arm) => arm.units))
  const weights = sum(meant.map((arm) => arm.weight))
  if (meant.length < 2) return undefined
  if (meant.some(({ weight }) => (units * weight) / weights < LEAST_EXPECTED)) return undefined
  const distances = meant.map((arm) => {
    const expected = (units * arm.weight) / weights
    return (arm.units - expected) ** 2 / expected
  })
  return chiSquareTail(sum(distances), meant.length - 1)
}

/** How firmly the weights are believed before anybody came, in units: more finds small mismatches, later. */
const PRIOR_UNITS = 100

/**
 * The same question for any number of looks: 1 over the Bayes factor of a Dirichlet prior around the weights
 * against the weights themselves, which in the long run is below p for a share of at most p of experiments
 * without a mismatch. Lindon, Malek: "Anytime-valid inference for multinomial count data", NeurIPS 2022.
 */
export function sequentialRatioP(arms: readonly ArmCount[]): number {
  const meant = arms.filter(({ weight }) => weight > 0)
  const weights = sum(meant.map((arm) => arm.weight))
  const units = sum(meant.map((arm) => arm.units))
  const gains = meant.map((arm) => {
    const share = arm.weight / weights
    const prior = PRIOR_UNITS * share
    return logGamma(prior + arm.units) - logGamma(prior) - arm.units * Math.log(share)
  })
  const logFactor = logGamma(PRIOR_UNITS) - logGamma(PRIOR_UNITS + units) + sum(gains)
  return Math.min(1, Math.exp(-logFactor))
}

/** Of all units, those seen in more than one variant; 0 without units. */
export const multipleShare = (units: number, several: number): number =>
  units === 0 ? 0 : several / units

/**
 * p values of several metrics, adjusted so that of those below a bound at most that share is expected to be
 * false: Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995). In the order given.
 */
export function adjustForMany(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).toSorted((a, b) => at(values, b) - at(values, a))
  const adjusted = Array.from({ length: values.length }, () => 1)
  let least = 1
  order.forEach((index, place) => {
    least = Math.min(least, at(values, index) * (values.length / (values.length - place)))
    adjusted[index] = least
  })
  return adjusted
}

const at = (values: readonly number[], index: number): number => values[index] ?? 1
const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
