import { expect, test } from 'vitest'
import { SearchFilter } from '../../../workers/knowledge/access-schemas.ts'
import { normalValue } from '../../../workers/knowledge/attributes.ts'
import { type Filter, jsonpathOf } from '../../../workers/knowledge/filters.ts'
import { aclOf, mayRead, namedIn } from '../../../workers/knowledge/readers.ts'

test('a filter becomes a predicate whose values cannot leave their quotes', () => {
  const value = '" || true || $."x" == "'
  expect(jsonpathOf({ type: 'eq', key: 'a', value })).toBe(`($."a" == ${JSON.stringify(value)})`)
})

test('moments are brought to UTC, days and other texts stay', () => {
  expect(normalValue('2026-01-01T02:00:00+02:00')).toBe('2026-01-01T00:00:00.000Z')
  expect(['2026-01-01', 'soon', 7, true].map(normalValue)).toEqual(['2026-01-01', 'soon', 7, true])
})

const eq = { type: 'eq', key: 'a', value: 1 } as const
const nested = (depth: number): Filter =>
  depth === 1 ? eq : { type: 'and', filters: [nested(depth - 1)] }

test.each([
  ['deeper than five levels', nested(6)],
  ['an order of truth values', { type: 'gt', key: 'a', value: true }],
  ['a list where one value is due', { type: 'eq', key: 'a', value: [1] }],
  ['no filters to join', { type: 'or', filters: [] }],
  ['a key with a quote', { type: 'eq', key: 'a"', value: 1 }],
  ['a text with NUL', { type: 'eq', key: 'a', value: '\0' }],
  [
    'too many comparisons',
    {
      type: 'or',
      filters: Array.from({ length: 50 }, () => ({ type: 'in', key: 'a', value: [1, 2, 3, 4, 5] })),
    },
  ],
])('%s is refused', (_, filter) => {
  expect(SearchFilter.safeParse(filter).success).toBe(false)
})

test('five levels are taken', () => expect(SearchFilter.safeParse(nested(5)).success).toBe(true))

test('labels are read as they were given, and one of them is enough', () => {
  const named = { roles: ['editor'], groups: ['g'], users: ['u'] }
  const acl = aclOf(named)
  expect(namedIn(acl)).toEqual(named)
  expect(mayRead({ labels: ['user:u'], seesPhi: false }, { acl, phi: false })).toBe(true)
  expect(mayRead({ labels: ['user:v'], seesPhi: true }, { acl, phi: false })).toBe(false)
  expect(mayRead({ labels: ['user:u'], seesPhi: false }, { acl, phi: true })).toBe(false)
})
