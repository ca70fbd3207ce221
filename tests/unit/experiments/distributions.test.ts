/** Against jstat on a grid, and against values that are in every table. */
import * as fc from 'fast-check'
import jstat from 'jstat'
import { expect, test } from 'vitest'
import {
  chiSquareQuantile,
  chiSquareTail,
  normalQuantile,
  normalTail,
  tQuantile,
  tTail,
} from '../../../workers/experiments/statistics/distributions.ts'

const DEGREES = [1, 2, 3.7, 10, 57.3, 1000, 40_000] as const
const PLACES = [0, 0.1, 0.5, 1, 1.96, 2.5, 4, 6] as const

test('the normal distribution', () => {
  for (const z of PLACES) {
    expect(normalTail(z)).toBeCloseTo(1 - jstat.normal.cdf(z, 0, 1), 10)
    expect(normalTail(-z)).toBeCloseTo(jstat.normal.cdf(z, 0, 1), 10)
  }
})

test.each(DEGREES)('Student’s t with %d degrees of freedom', (degrees) => {
  for (const t of PLACES) {
    expect(tTail(t, degrees)).toBeCloseTo(1 - jstat.studentt.cdf(t, degrees), 6)
    expect(tTail(-t, degrees)).toBeCloseTo(jstat.studentt.cdf(t, degrees), 6)
  }
})

test.each([1, 2, 3, 7, 19, 200])('chi-square with %d degrees of freedom', (degrees) => {
  for (const share of [0.01, 0.3, 1, 1.2, 2, 5]) {
    const x = share * degrees
    expect(chiSquareTail(x, degrees)).toBeCloseTo(1 - jstat.chisquare.cdf(x, degrees), 9)
  }
})

test.each([
  ['normal, 95 %', normalQuantile(0.975), 1.9599639845],
  ['normal, 99.9 %', normalQuantile(0.9995), 3.2905267315],
  ['t, 1 degree', tQuantile(0.975, 1), 12.7062047364],
  ['t, 10 degrees', tQuantile(0.975, 10), 2.228138852],
  ['t, 100 degrees', tQuantile(0.995, 100), 2.6258905215],
  ['chi-square, 1 degree', chiSquareQuantile(0.999, 1), 10.8275661707],
  ['chi-square, 5 degrees', chiSquareQuantile(0.95, 5), 11.0704976935],
])('a published quantile: %s', (_name, found, expected) => {
  expect(found).toBeCloseTo(expected, 9)
})

test('far tails keep their digits', () => {
  expect(normalTail(10) / 7.619853024160527e-24).toBeCloseTo(1, 9)
  expect(chiSquareTail(100, 1) / 1.523970604832105e-23).toBeCloseTo(1, 9)
})

const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
const degrees = fc.double({ min: 0.5, max: 200_000, noNaN: true })

test('a quantile’s tail is what was asked for', () => {
  fc.assert(
    fc.property(share, degrees, (p, df) => {
      expect(1 - normalTail(normalQuantile(p))).toBeCloseTo(p, 9)
      expect(1 - tTail(tQuantile(p, df), df)).toBeCloseTo(p, 9)
      expect(1 - chiSquareTail(chiSquareQuantile(p, df), df)).toBeCloseTo(p, 9)
    }),
    { numRuns: 200 },
  )
})

test('with many degrees of freedom t goes over into the normal without a step', () => {
  for (const t of [0.5, 1.96, 3.3, 5]) {
    expect(tTail(t, 100_001) / tTail(t, 99_999)).toBeCloseTo(1, 7)
  }
})
