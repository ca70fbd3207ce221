/** Sums by day and group become parts and numbers, in a fixed order. */
import { expect, test } from 'vitest'
import { daysOf } from '../../../workers/usage/days.ts'

const row = (day: string, place: number | null, key: string | null, microDollars: number) => {
  return { day, place, key, label: null, microDollars }
}

test('parts stand in the order of their place, the rest last, and gaps are zero', () => {
  const rows = [
    row('2026-11-01', 2, 'small', 3),
    row('2026-11-02', 1, 'large', 50),
    row('2026-11-02', null, null, 1),
  ]
  expect(daysOf(rows)).toEqual({
    parts: [
      { key: 'large', label: null, isRest: false },
      { key: 'small', label: null, isRest: false },
      { key: null, label: null, isRest: true },
    ],
    days: [
      { day: '2026-11-01', microDollars: [0, 3, 0] },
      { day: '2026-11-02', microDollars: [50, 0, 1] },
    ],
  })
})

test('work of nobody’s is a part of its own, not the rest', () => {
  const { parts } = daysOf([row('2026-11-01', 1, null, 3), row('2026-11-01', null, null, 2)])
  expect(parts.map(({ key, isRest }) => [key, isRest])).toEqual([
    [null, false],
    [null, true],
  ])
})

test('of nothing there is nothing', () => expect(daysOf([])).toEqual({ parts: [], days: [] }))
