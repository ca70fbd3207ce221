/** What the page Costs reads from its address, and how dollars are typed. */
import { expect, test } from 'vitest'
import {
  costFilter,
  costRange,
  everyDay,
  setFilters,
  toDollars,
  toMicroDollars,
} from '../../../workers/console/lib/cost-search.ts'
import { readCosts } from '../../../workers/console/lib/manage-search.ts'

const NOW = Date.parse('2026-11-26T23:59:00Z')

test('without a range it is the last thirty days, today among them', () => {
  expect(costRange({}, NOW)).toEqual({ from: '2026-10-28', to: '2026-11-26' })
  expect(costRange({ to: '2026-03-01' }, NOW)).toEqual({ from: '2026-01-31', to: '2026-03-01' })
  expect(costRange({ from: '2026-11-01' }, NOW)).toEqual({ from: '2026-11-01', to: '2026-11-26' })
})

test('an address by hand is taken as far as it makes sense', () => {
  const search = { by: 'mood', from: 5, model: 'm', purpose: 'speak', more: 'x', user: '' }
  expect(readCosts(search)).toEqual({ model: 'm', purpose: 'speak', user: '' })
  expect(costFilter(readCosts(search))).toEqual({ model: 'm', purpose: 'speak' })
  expect(costFilter({ purpose: 'fun', by: 'user', from: '2026-01-01' })).toEqual({})
  expect(setFilters({ key: 'k', query: 'q' })).toEqual([
    { name: 'key', value: 'k' },
    { name: 'query', value: 'q' },
  ])
})

test('days without any cost have their column too', () => {
  const days = [{ day: '2026-02-28', microDollars: [1, 2] }]
  const { times, columns } = everyDay(days, { from: '2026-02-27', to: '2026-03-01' }, 2)
  expect(times.map((at) => at.slice(0, 10))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  expect(columns).toEqual([
    [0, 0],
    [1, 2],
    [0, 0],
  ])
})

test.each([
  ['', null],
  [' ', null],
  ['0', 0],
  ['20', 20_000_000],
  ['0.07', 70_000],
  ['600.5', 600_500_000],
  ['0.000001', 1],
])('%j dollars are %j micro-dollars', (text, microDollars) => {
  expect(toMicroDollars(text)).toBe(microDollars)
  expect(toMicroDollars(toDollars(microDollars))).toBe(microDollars)
})
