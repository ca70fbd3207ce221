import { expect, test } from 'vitest'
import {
  formatChange,
  formatP,
  placeOf,
  scaleOf,
  spanOf,
} from '../../../workers/console/lib/intervals.ts'
import type { ExperimentComparison } from '../../../workers/experiments/result-schemas.ts'

const comparison = (fields: Partial<ExperimentComparison>): ExperimentComparison => ({
  variant: 'b',
  state: 'shown',
  absolute: { value: 2, low: -1, high: 5 },
  relative: { value: 0.2, low: -0.1, high: 0.5 },
  p: 0.5,
  adjustedP: 0.5,
  varianceReduction: 0,
  verdict: 'unclear',
  ...fields,
})

test('what is drawn is the relative effect, where there is one and it has an interval', () => {
  expect(spanOf(comparison({}))).toEqual({ value: 0.2, low: -0.1, high: 0.5 })
  expect(spanOf(comparison({ relative: null }))).toEqual({ value: 2, low: -1, high: 5 })
  expect(spanOf(comparison({ relative: { value: 0.2, low: null, high: null } }))).toBeNull()
  expect(spanOf(comparison({ relative: null, absolute: null }))).toBeNull()
})

test('no effect is in the middle, and the farthest end is inside', () => {
  const scale = scaleOf([
    { value: 0.2, low: -0.1, high: 0.5 },
    { value: 0, low: -2, high: 1 },
  ])
  expect(placeOf(0, scale, 160)).toBe(80)
  expect(placeOf(-2, scale, 160)).toBeGreaterThan(0)
  expect(placeOf(-2, scale, 160)).toBeLessThan(8)
  expect(placeOf(0.5, scale, 160)).toBeGreaterThan(80)
  expect(placeOf(0, scaleOf([]), 160)).toBe(80)
})

test.each([
  [0, 'en', '< 0.0001'],
  [0.00012, 'en', '0.00012'],
  [0.0412, 'ru', '0,041'],
  [1, 'en', '1'],
])('p of %d is never a 0 that it is not', (p, locale, text) => {
  expect(formatP(p, locale)).toBe(text)
})

test.each([
  [0.6, true, '+60%'],
  [-0.0123, true, '-1.2%'],
  [0, true, '0%'],
  [1.2345, false, '+1.23'],
])('a change of %d has its sign', (change, isRelative, text) => {
  expect(formatChange(change, isRelative, 'en')).toBe(text)
})
