/**
 * The numbers GrowthBook publishes for its own engine, in packages/stats/tests/frequentist/test_tests.py of
 * github.com/growthbook/growthbook (MIT), to the five decimals they are given in.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { adjustedArm, adjustment } from '../../../workers/experiments/statistics/cuped.ts'
import {
  absoluteEffect,
  type Arm,
  type Effect,
  fixedInference,
  meanArm,
  proportionArm,
  relativeEffect,
  sequentialInference,
} from '../../../workers/experiments/statistics/estimate.ts'
import {
  addMoments,
  type Moments,
  NO_MOMENTS,
} from '../../../workers/experiments/statistics/moments.ts'

const revenue = (n: number, sumY: number, sumYY: number): Moments => ({
  ...NO_MOMENTS,
  n,
  sumY,
  sumYY,
})
const share = (sumY: number, n: number): Arm =>
  proportionArm({ ...NO_MOMENTS, n, sumY, sumYY: sumY })
const control = revenue(3000, 1396.87, 52377.9767)
const large = revenue(3407, 1396.87, 52377.9767)
const variant = revenue(3461, 2422.7, 134698.29)
const before = { n: 3000, sumX: 16.87, sumXX: 527.9767, sumXY: 1 }
const cuped = {
  control: { ...control, ...before },
  variant: { ...variant, sumX: 22.7, sumXX: 1348.29, sumXY: 1 },
}

const some = (effect: Effect | undefined): Effect => {
  if (!effect) throw new Error('there is no effect')
  return effect
}

function adjusted(a: Moments, b: Moments): [Arm, Arm] {
  const theta = adjustment(a, b)
  return [adjustedArm(a, theta), adjustedArm(b, theta)]
}

test.each([
  [
    'relative',
    relativeEffect,
    [meanArm(large), meanArm(variant)],
    [0.70732, 0.37879, -0.03526, 1.44989, 0.06191],
  ],
  [
    'absolute',
    absoluteEffect,
    [meanArm(large), meanArm(variant)],
    [0.29, 0.12478, 0.04538, 0.53462, 0.02016],
  ],
  [
    'relative, of shares',
    relativeEffect,
    [share(14, 28), share(16, 30)],
    [0.06667, 0.2717, -0.47767, 0.61101, 0.80707],
  ],
] as const)('at a planned look: %s', (_name, effectOf, [a, b], expected) => {
  const effect = some(effectOf(a, b))
  const { low, high, p } = fixedInference(effect, 0.05)
  expect(rounded([effect.value, Math.sqrt(effect.variance), low, high, p])).toEqual(expected)
})

test.each([
  [
    'relative, best at 1,000',
    relativeEffect,
    [meanArm(control), meanArm(variant)],
    0.05,
    1000,
    [0.50336, 0.33341, -0.55844, 1.56516, 1],
  ],
  [
    'relative, of shares',
    relativeEffect,
    [share(1396, 3000), share(2422, 3461)],
    0.05,
    5000,
    [0.50386, 0.03386, 0.40098, 0.60675, 0],
  ],
  [
    'relative, adjusted',
    relativeEffect,
    adjusted(cuped.control, cuped.variant),
    0.05,
    5000,
    [0.50338, 0.33341, -0.50969, 1.51646, 1],
  ],
] as const)('at any look: %s', (_name, effectOf, [a, b], alpha, tuning, expected) => {
  const effect = some(effectOf(a, b))
  const { low, high, p } = sequentialInference(effect, alpha, tuning)
  expect(rounded([effect.value, Math.sqrt(effect.variance), low, high, p])).toEqual(expected)
})

const rounded = (found: readonly number[]): number[] => found.map((one) => Number(one.toFixed(5)))

test('an interval of a sequence is narrowest near the units it is tuned for', () => {
  const effect = some(absoluteEffect(meanArm(control), meanArm(variant)))
  const width = (tuning: number) => {
    const { low, high } = sequentialInference(effect, 0.05, tuning)
    return high - low
  }
  expect(width(6461)).toBeLessThan(width(10_000))
  expect(width(10_000)).toBeLessThan(width(10))
})

test.each([
  ['one unit', revenue(1, 3, 9), variant],
  ['nothing that varies', revenue(200, 200, 200), revenue(200, 200, 200)],
  [
    'the last digits of sums',
    revenue(300, 30, 3.0000000000000004),
    revenue(300, 30, 3.0000000000000013),
  ],
])('there is no effect of %s', (_name, a, b) => {
  expect(absoluteEffect(meanArm(a), meanArm(b))).toBeUndefined()
  expect(relativeEffect(meanArm(a), meanArm(b))).toBeUndefined()
})

test('nothing is relative to a control of 0', () => {
  const arms = [meanArm(revenue(200, 0, 40)), meanArm(variant)] as const
  expect(relativeEffect(...arms)).toBeUndefined()
  expect(absoluteEffect(...arms)).toBeDefined()
})

const outcome = fc.integer({ min: -10_000, max: 10_000 }).map((hundredths) => hundredths / 100)
const unit = fc.tuple(outcome, outcome)
const units = fc.array(unit, { minLength: 3, maxLength: 60 })

const momentsOf = (arm: readonly (readonly [y: number, x: number])[]): Moments =>
  arm
    .map(([y, x]) => ({ n: 1, sumY: y, sumYY: y * y, sumX: x, sumXX: x * x, sumXY: x * y }))
    .reduce(addMoments, NO_MOMENTS)

test('an arm that changes places changes the sign, and nothing else', () => {
  fc.assert(
    fc.property(units, units, (a, b) => {
      const forth = absoluteEffect(meanArm(momentsOf(a)), meanArm(momentsOf(b)))
      const back = absoluteEffect(meanArm(momentsOf(b)), meanArm(momentsOf(a)))
      if (!forth || !back) return
      expect(back.value).toBeCloseTo(-forth.value, 8)
      expect(fixedInference(back, 0.05).p).toBeCloseTo(fixedInference(forth, 0.05).p, 8)
      expect(sequentialInference(back, 0.05).p).toBeCloseTo(sequentialInference(forth, 0.05).p, 8)
    }),
  )
})

test('p is below alpha exactly when the interval leaves 0 out, at each look', () => {
  const effects = fc.record({
    value: fc.double({ min: -5, max: 5, noNaN: true }),
    variance: fc.double({ min: 1e-4, max: 10, noNaN: true }),
    degrees: fc.double({ min: 2, max: 1e5, noNaN: true }),
    n: fc.integer({ min: 4, max: 1_000_000 }),
  })
  fc.assert(
    fc.property(effects, fc.constantFrom(0.01, 0.05, 0.1), (effect, alpha) => {
      for (const infer of [fixedInference, sequentialInference]) {
        const { low, high, p } = infer(effect, alpha)
        const isOut = low > 0 || high < 0
        expect(p < alpha === isOut || Math.abs(p - alpha) < 1e-9).toBe(true)
      }
    }),
  )
})

test('the interval for any look is never narrower than that of a planned one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 10_000_000 }), (n) => {
      const effect = { value: 0, variance: 1, degrees: n - 2, n }
      expect(sequentialInference(effect, 0.05).high).toBeGreaterThan(
        fixedInference(effect, 0.05).high,
      )
    }),
  )
})

test('adjusting never widens what both arms vary together, and takes out all that the past explains', () => {
  fc.assert(
    fc.property(units, units, (a, b) => {
      const both = addMoments(momentsOf(a), momentsOf(b))
      const arm = adjustedArm(both, adjustment(both, NO_MOMENTS))
      expect(arm.variance).toBeLessThanOrEqual(arm.rawVariance * (1 + 1e-9) + 1e-6)
    }),
  )
  const same = momentsOf([1, 2, 5, 9].map((y) => [y, 3 * y + 1] as const))
  expect(adjustedArm(same, adjustment(same, same)).variance).toBeCloseTo(0, 9)
})
