/**
 * How a variant differs from control: the effect and its variance, absolute or relative to control's mean,
 * and how wide its interval is. What is compared are estimated means; cuped.ts makes better ones.
 */
import { tQuantile, tTail } from './distributions.ts'
import { meanOf, type Moments, varianceOf } from './moments.ts'

/** A mean as it is estimated in one arm. */
export interface Arm {
  readonly n: number
  /** Adjusted, if it is. */
  readonly mean: number
  /** Of a unit's (adjusted) outcome. */
  readonly variance: number
  /** As counted: what a relative effect is relative to. */
  readonly rawMean: number
  /** Of a unit's outcome with its adjusted outcome; without adjustment the variance. */
  readonly rawCovariance: number
  /** Of a unit's outcome as counted. */
  readonly rawVariance: number
}

/** A number per unit, such as a revenue or a count of events. */
export function meanArm(moments: Moments): Arm {
  const mean = meanOf(moments)
  const variance = varianceOf(moments)
  return armOf(moments.n, mean, variance)
}

/** Each unit did or did not: y is 1 or 0. */
export function proportionArm({ n, sumY }: Moments): Arm {
  const share = n === 0 ? 0 : sumY / n
  return armOf(n, share, share * (1 - share))
}

const armOf = (n: number, mean: number, variance: number): Arm => {
  return { n, mean, variance, rawMean: mean, rawCovariance: variance, rawVariance: variance }
}

export interface Effect {
  /** Variant minus control; divided by control's mean when relative. */
  readonly value: number
  /** Of `value`; the square of its standard error. */
  readonly variance: number
  /** Welch's degrees of freedom. */
  readonly degrees: number
  /** Units in both arms. */
  readonly n: number
}

/** @returns undefined when an arm has fewer than two units, or nothing varies */
export function absoluteEffect(control: Arm, variant: Arm): Effect | undefined {
  if (control.n < 2 || variant.n < 2) return undefined
  const variance = control.variance / control.n + variant.variance / variant.n
  if (!(variance > 0)) return undefined
  const value = variant.mean - control.mean
  return { value, variance, degrees: welchDegrees(control, variant), n: control.n + variant.n }
}

/**
 * By the delta method: control's mean is estimated too, and is in the numerator and the denominator.
 *
 * @returns undefined also when control's mean is 0
 */
export function relativeEffect(control: Arm, variant: Arm): Effect | undefined {
  const absolute = absoluteEffect(control, variant)
  const base = control.rawMean
  if (!absolute || base === 0) return undefined
  const value = absolute.value / base
  // Without the covariates' difference, which is 0 but for chance.
  const lift = variant.rawMean / base - 1
  const ofControl =
    control.variance + 2 * lift * control.rawCovariance + lift * lift * control.rawVariance
  const variance = (variant.variance / variant.n + ofControl / control.n) / (base * base)
  return variance > 0 ? { ...absolute, value, variance } : undefined
}

/** Welch, Biometrika 34 (1947). */
function welchDegrees(a: Arm, b: Arm): number {
  const ofA = a.variance / a.n
  const ofB = b.variance / b.n
  return (ofA + ofB) ** 2 / (ofA ** 2 / (a.n - 1) + ofB ** 2 / (b.n - 1))
}

export interface Inference {
  readonly low: number
  readonly high: number
  /** Of no effect, two-sided. */
  readonly p: number
}

/** For a look at the data that was planned before: a t test. @param alpha 1 − confidence */
export function fixedInference({ value, variance, degrees }: Effect, alpha: number): Inference {
  const error = Math.sqrt(variance)
  const half = tQuantile(1 - alpha / 2, degrees) * error
  const p = 2 * tTail(Math.abs(value) / error, degrees)
  return { low: value - half, high: value + half, p: Math.min(1, p) }
}

/** Where the interval is tightest, in units of both arms together: GrowthBook's default. */
export const TUNING_UNITS = 5000

/**
 * For any number of looks, at any time: the interval holds at all of them at once with 1 − alpha, and p is the
 * smallest alpha that would exclude no effect. Asymptotic: outcomes need a variance, not a distribution.
 *
 * Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: "Time-uniform central limit theory and asymptotic confidence
 * sequences", Annals of Statistics 52 (2024), arXiv 2103.06476; ρ² = rate / tuning is equation 161 of its
 * version 7.
 */
export function sequentialInference(
  { value, variance, n }: Effect,
  alpha: number,
  tuning = TUNING_UNITS,
): Inference {
  const rate = -2 * Math.log(alpha)
  const spread = (n * (rate + Math.log(rate + 1))) / tuning
  const half = Math.sqrt(
    (variance * 2 * (spread + 1) * Math.log(Math.sqrt(spread + 1) / alpha)) / spread,
  )
  const exponent = (value * value * spread) / (2 * variance * (spread + 1))
  const p = Math.sqrt(spread + 1) * Math.exp(-exponent)
  return { low: value - half, high: value + half, p: Math.min(1, p) }
}
