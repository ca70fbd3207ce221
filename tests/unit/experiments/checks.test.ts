import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  adjustForMany,
  isMismatch,
  multipleShare,
  sampleRatioP,
  sequentialRatioP,
} from '../../../workers/experiments/statistics/checks.ts'

const arm = (units: number, weight: number) => ({ units, weight })

/** χ² by hand: (observed − expected)² / expected. */
test.each([
  ['even', [arm(5000, 50), arm(5000, 50)], 1],
  ['a little off: χ² 4, 1 degree', [arm(5100, 50), arm(4900, 50)], 0.04550026],
  [
    'three arms: χ² 6, 2 degrees',
    [arm(1100, 1), arm(1000, 1), arm(900, 1)].map((one) => ({ ...one, units: one.units * 0.3 })),
    0.04978707,
  ],
  ['weights of 90 to 10: χ² 100/9', [arm(9100, 90), arm(900, 10)], 0.00085812],
] as const)('the ratio of samples: %s', (_name, arms, expected) => {
  expect(sampleRatioP(arms)).toBeCloseTo(expected, 7)
})

test('an alarm needs a mismatch, and somebody who came', () => {
  expect(isMismatch([arm(5300, 1), arm(4700, 1)])).toBe(true)
  expect(isMismatch([arm(5150, 1), arm(4850, 1)])).toBe(false)
  expect(sampleRatioP([arm(0, 1), arm(0, 1)])).toBeUndefined()
  expect(isMismatch([arm(0, 1), arm(0, 1)])).toBe(false)
  expect(sampleRatioP([arm(10, 1)])).toBeUndefined()
  expect(sampleRatioP([arm(10, 1), arm(10, 1), arm(1, 0)])).toBe(0)
})

test('for any look it is one over a Bayes factor, here multiplied unit by unit', () => {
  const seen = [3, 7, 2]
  const weights = [0.5, 0.3, 0.2]
  let factor = 1
  let total = 0
  seen.forEach((count, index) => {
    const weight = weights[index] ?? 0
    for (let n = 0; n < count; n++) factor *= (100 * weight + n) / (100 + total++) / weight
  })
  const p = sequentialRatioP(seen.map((units, index) => arm(units, weights[index] ?? 0)))
  expect(p).toBeCloseTo(Math.min(1, 1 / factor), 10)
  expect(sequentialRatioP([arm(5300, 1), arm(4700, 1)])).toBeLessThan(1e-5)
})

/** The fifteen p values of the paper's example (section 4.1), and the four it rejects at 0.05. */
test('Benjamini and Hochberg’s own example', () => {
  const values = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
    0.6528, 0.759, 1,
  ]
  const adjusted = adjustForMany(values)
  expect(adjusted.filter((p) => p <= 0.05)).toHaveLength(4)
  expect(adjusted[0]).toBeCloseTo(0.0015, 10)
  expect(adjusted[3]).toBeCloseTo(0.035625, 10)
  expect(adjusted[4]).toBeCloseTo(0.0603, 10)
})

const p = fc.double({ min: 0, max: 1, noNaN: true })

test('adjusting keeps the order, never makes smaller, and leaves a single one as it is', () => {
  fc.assert(
    fc.property(fc.array(p, { maxLength: 30 }), (values) => {
      const adjusted = adjustForMany(values)
      values.forEach((value, i) => {
        expect(adjusted[i]).toBeGreaterThanOrEqual(value)
        expect(adjusted[i]).toBeLessThanOrEqual(1)
        values.forEach((other, j) => {
          expect(value > other || (adjusted[i] ?? NaN) <= (adjusted[j] ?? NaN)).toBe(true)
        })
      })
    }),
  )
  fc.assert(
    fc.property(p, (one) => {
      expect(adjustForMany([one])).toEqual([one])
    }),
  )
})

test('the share of units in several variants', () => {
  expect(multipleShare(0, 0)).toBe(0)
  expect(multipleShare(200, 3)).toBe(0.015)
})
