/** One variant against control, in one metric. */
import type { ExperimentMetric } from './result-schemas.ts'
import { LEAST_UNITS } from './statistics/checks.ts'
import { adjustedArm, adjustment } from './statistics/cuped.ts'
import {
  absoluteEffect,
  type Arm,
  type Effect,
  fixedInference,
  meanArm,
  proportionArm,
  relativeEffect,
  sequentialInference,
} from './statistics/estimate.ts'
import type { Moments } from './statistics/moments.ts'

/** `any`: one of many looks; `planned`: the one of a fixed horizon; `early`: before it, so without a p. */
export type Look = 'any' | 'planned' | 'early'

interface Interval {
  value: number
  low: number | null
  high: number | null
}

export interface Comparison {
  state: 'shown' | 'tooFew' | 'flat'
  absolute: Interval | null
  relative: Interval | null
  /** Of the absolute effect: the relative one’s variance is an approximation more. */
  p: number | null
  /** What the units’ past took off the variance, as a share. */
  varianceReduction: number
}

const NOTHING = { absolute: null, relative: null, p: null, varianceReduction: 0 } as const

export function compareArms(
  kind: ExperimentMetric['kind'],
  control: Moments,
  variant: Moments,
  look: Look,
  alpha: number,
): Comparison {
  if (Math.min(control.n, variant.n) < LEAST_UNITS) return { state: 'tooFew', ...NOTHING }
  const armOf = kind === 'proportion' ? proportionArm : meanArm
  const plain = [armOf(control), armOf(variant)] as const
  const theta = adjustment(control, variant)
  const arms: readonly [Arm, Arm] =
    theta === 0 ? plain : [adjustedArm(control, theta), adjustedArm(variant, theta)]
  const [before, absolute] = [absoluteEffect(...plain), absoluteEffect(...arms)]
  if (!before || !absolute) return { state: 'flat', ...NOTHING }
  const relative = relativeEffect(...arms)
  return {
    state: 'shown',
    absolute: intervalOf(absolute, look, alpha),
    relative: relative ? intervalOf(relative, look, alpha) : null,
    p: look === 'early' ? null : infer(absolute, look, alpha).p,
    varianceReduction: theta === 0 ? 0 : Math.max(0, 1 - absolute.variance / before.variance),
  }
}

function intervalOf(effect: Effect, look: Look, alpha: number): Interval {
  const { value } = effect
  if (look === 'early') return { value, low: null, high: null }
  const { low, high } = infer(effect, look, alpha)
  return { value, low, high }
}

const infer = (effect: Effect, look: Look, alpha: number) =>
  look === 'planned' ? fixedInference(effect, alpha) : sequentialInference(effect, alpha)
