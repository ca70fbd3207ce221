/** Counted evaluations as a chart wants them. */
import { expect, test } from 'vitest'
import { countedOf, periodOf, windowOf } from '../../../workers/console/lib/flag-counts.ts'

const point = (at: string, evals: number, errors = 0) => {
  return { at, evals, bulk: 0, errors, units: 0 }
}

test('every time has a column, variants are summed over reasons, the busiest first', () => {
  const series = [
    { variant: 'off', reason: 'DEFAULT', points: [point('2026-03-01T10:00:00.000Z', 3, 1)] },
    { variant: 'on', reason: 'SPLIT', points: [point('2026-03-01T10:00:00.000Z', 4)] },
    { variant: 'on', reason: 'TARGETING_MATCH', points: [point('2026-03-01T12:00:00.000Z', 5)] },
  ]
  const asked = { environment: 'production', granularity: 'hour' } as const
  const window = { from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T13:00:00.000Z' }
  expect(countedOf({ flag: 'f', ...asked, ...window, series })).toEqual({
    times: ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z'],
    variants: [
      { name: 'on', total: 9 },
      { name: 'off', total: 3 },
    ],
    columns: [
      [4, 3],
      [0, 0],
      [5, 0],
    ],
    total: 12,
    errors: 1,
  })
})

test.each([
  [undefined, '24h', 'hour', '2026-03-01T11:30:00.000Z'],
  ['7d', '7d', 'hour', '2026-02-23T11:30:00.000Z'],
  ['30d', '30d', 'day', '2026-02-01T10:30:00.000Z'],
  ['a year', '24h', 'hour', '2026-03-01T11:30:00.000Z'],
])('the period %s is asked for as %s', (text, period, granularity, from) => {
  expect(periodOf(text)).toBe(period)
  const now = Date.parse('2026-03-02T10:30:00.000Z')
  expect(windowOf(periodOf(text), now)).toEqual({ granularity, from })
})
