import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { barOf, linePath, roundUp } from '../../../workers/console/lib/chart.ts'

const frame = { width: 100, height: 50 }

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [7, 10],
  [10, 10],
  [11, 20],
  [499, 500],
  [501, 1000],
])('an axis for %d ends at %d', (value, end) => {
  expect(roundUp(value)).toBe(end)
})

test('an axis is never shorter than its values, and never more than two and a half times as long', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (value) => {
      expect(roundUp(value)).toBeGreaterThanOrEqual(value)
      expect(roundUp(value)).toBeLessThanOrEqual(value * 2.5)
    }),
  )
})

test('a line goes through the middle of each step and breaks where nothing was measured', () => {
  expect(linePath([0, 10, null, 5], 10, frame)).toBe('M12.5 50l0 0L37.5 0M87.5 25l0 0')
  expect(linePath([null, null], 10, frame)).toBe('')
})

test('bars stand on each other and end where the sum does', () => {
  const step = { index: 1, count: 4 }
  expect(barOf(step, { below: 0, value: 4 }, 10, frame)).toEqual({
    x: 27.5,
    y: 30,
    width: 20,
    height: 20,
  })
  expect(barOf(step, { below: 4, value: 6 }, 10, frame)).toMatchObject({ y: 0, height: 30 })
  expect(barOf(step, { below: 4, value: 0 }, 10, frame)).toBeNull()
})
