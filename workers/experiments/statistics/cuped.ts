/**
 * CUPED: what a unit did before the experiment explains part of what it does in it, and that part is taken
 * out. The estimate stays unbiased, for assignment cannot know the past; its variance falls by the square of
 * the correlation.
 *
 * Deng, Xu, Kohavi, Walker: "Improving the sensitivity of online controlled experiments by utilizing
 * pre-experiment data", WSDM 2013.
 */
import type { Arm } from './estimate.ts'
import {
  addMoments,
  covarianceOf,
  covariateMeanOf,
  covariateVarianceOf,
  meanOf,
  type Moments,
  varianceOf,
} from './moments.ts'

/** How much of the covariate is taken out: one for both arms, or the difference would be biased. */
export function adjustment(control: Moments, variant: Moments): number {
  const both = addMoments(control, variant)
  const variance = covariateVarianceOf(both)
  return variance > 0 && varianceOf(both) > 0 ? covarianceOf(both) / variance : 0
}

/** Means less their covariates' shares, which do not centre: only their difference says anything. */
export function adjustedArm(moments: Moments, theta: number): Arm {
  const covariance = covarianceOf(moments)
  const rawVariance = varianceOf(moments)
  const rawMean = meanOf(moments)
  const variance =
    rawVariance + theta * theta * covariateVarianceOf(moments) - 2 * theta * covariance
  return {
    n: moments.n,
    mean: rawMean - theta * covariateMeanOf(moments),
    variance: Math.max(0, variance),
    rawMean,
    rawCovariance: rawVariance - theta * covariance,
    rawVariance,
  }
}
