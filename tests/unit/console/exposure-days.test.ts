/** Exposures by day, as the chart draws them. */
import { expect, test } from 'vitest'
import { exposureDays } from '../../../workers/console/lib/exposure-days.ts'

const NOW = Date.parse('2026-03-03T10:00:00Z')

test('every day from the first to today has a column, and every variant a part', () => {
  const days = [
    { day: '2026-03-01', variant: 'warm', units: 3 },
    { day: '2026-03-03', variant: 'cold', units: 2 },
    { day: '2026-03-03', variant: 'warm', units: 1 },
  ]
  expect(exposureDays(days, NOW)).toEqual({
    times: ['2026-03-01', '2026-03-02', '2026-03-03'].map((day) => `${day}T00:00:00.000Z`),
    names: ['cold', 'warm'],
    columns: [
      [0, 3],
      [0, 0],
      [2, 1],
    ],
    total: 6,
  })
})

test('without exposures there is nothing to draw', () => {
  expect(exposureDays([], NOW)).toEqual({ times: [], names: [], columns: [], total: 0 })
})
