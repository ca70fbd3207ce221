/** Forecasts and hours that stand out. */
import { expect, test } from 'vitest'
import { findAnomalies, projectMonth } from '../../../workers/usage/forecast.ts'

test.each([
  ['2026-11-16T00:00:00Z', 50, 100],
  ['2026-11-30T23:59:59Z', 100, 100],
  ['2026-11-01T00:30:00Z', 100, null],
  ['2026-02-08T00:00:00Z', 10, 40],
])('at %s, %d spent are %s in the whole month', (now, spent, whole) => {
  expect(projectMonth(spent, new Date(now))).toBe(whole)
})

const NOW = new Date('2026-11-26T12:30:00Z')
const hour = (iso: string) => Date.parse(iso)
const fortnight = (spent: number) =>
  Array.from({ length: 14 }, (_, n): [number, number] => [
    hour('2026-11-26T12:00:00Z') - (n + 1) * 86_400_000,
    spent,
  ])
const at = (spent: number, before: [number, number][]) =>
  findAnomalies(new Map([...before, [hour('2026-11-26T12:00:00Z'), spent]]), NOW)

test('an hour stands out above three times its usual, and above a dollar', () => {
  expect(at(3_000_001, fortnight(1_000_000))).toEqual([
    { hour: '2026-11-26T12:00:00.000Z', microDollars: 3_000_001, usual: 1_000_000 },
  ])
  expect(at(3_000_000, fortnight(1_000_000))).toEqual([])
  expect(at(1_000_000, [])).toEqual([])
  expect(at(1_000_001, [])).toMatchObject([{ usual: 0 }])
})

test('one dear hour does not make the next one usual', () => {
  const before = fortnight(100)
  before[0] = [before[0]![0], 90_000_000]
  expect(at(2_000_000, before)).toMatchObject([{ usual: 100 }])
})
