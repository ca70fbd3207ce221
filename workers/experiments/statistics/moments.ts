/**
 * What is known of a metric in one arm: sums over its units. Each unit counts once, with its outcome y and,
 * where it was seen before the experiment, a covariate x of that time. Sums add up, so arms can be counted
 * in parts and joined.
 */
export interface Moments {
  /** Units. */
  readonly n: number
  readonly sumY: number
  readonly sumYY: number
  readonly sumX: number
  readonly sumXX: number
  readonly sumXY: number
}

export const NO_MOMENTS: Moments = { n: 0, sumY: 0, sumYY: 0, sumX: 0, sumXX: 0, sumXY: 0 }

export const addMoments = (a: Moments, b: Moments): Moments => ({
  n: a.n + b.n,
  sumY: a.sumY + b.sumY,
  sumYY: a.sumYY + b.sumYY,
  sumX: a.sumX + b.sumX,
  sumXX: a.sumXX + b.sumXX,
  sumXY: a.sumXY + b.sumXY,
})

/** Of the outcomes; 0 without units. */
export const meanOf = ({ n, sumY }: Moments): number => (n === 0 ? 0 : sumY / n)

export const covariateMeanOf = ({ n, sumX }: Moments): number => (n === 0 ? 0 : sumX / n)

/** Unbiased; 0 with fewer than two units. */
export const varianceOf = ({ n, sumY, sumYY }: Moments): number => spread(n, sumY, sumY, sumYY)

export const covariateVarianceOf = ({ n, sumX, sumXX }: Moments): number =>
  spread(n, sumX, sumX, sumXX)

export const covarianceOf = ({ n, sumY, sumX, sumXY }: Moments): number =>
  spread(n, sumY, sumX, sumXY)

/** What is left of sums that cancel to their last digits is noise, and would look like certainty. */
const NOISE = 1e-12

function spread(n: number, sumA: number, sumB: number, sumAB: number): number {
  if (n < 2) return 0
  const expected = (sumA * sumB) / n
  const rest = sumAB - expected
  const scale = Math.max(Math.abs(sumAB), Math.abs(expected))
  return Math.abs(rest) <= NOISE * scale ? 0 : rest / (n - 1)
}
