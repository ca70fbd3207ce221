/** Budgets: whatever the order of calls, no limit is ever passed. */
import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import {
  alertsOf,
  emptyBook,
  expire,
  learn,
  type Limits,
  NO_LIMITS,
  RESERVATION_MS,
  reserve,
  settle,
  turnPage,
} from '../../../workers/usage/book.ts'

const NOW = new Date('2026-11-26T23:59:00Z')
const ask = (id: string, microDollars: number, spender: string | null = 'user:ada') => {
  return { id, microDollars, spender }
}

test.each<[keyof Limits, string, string | null]>([
  ['daily', 'daily', '2026-11-27T00:00:00.000Z'],
  ['monthly', 'monthly', '2026-12-01T00:00:00.000Z'],
  ['userDaily', 'user_daily', '2026-11-27T00:00:00.000Z'],
])('%s is used up to the last micro-dollar, and then says until when', (name, limit, resetsAt) => {
  const book = emptyBook(NOW)
  const limits = { ...NO_LIMITS, [name]: 100 }
  expect(reserve(book, limits, ask('a', 60), NOW)).toEqual({ ok: true })
  expect(reserve(book, limits, ask('b', 41), NOW)).toEqual({
    ok: false,
    limit,
    microDollars: 100,
    resetsAt,
  })
  settle(book, 'a', 10, NOW)
  expect(reserve(book, limits, ask('b', 90), NOW)).toEqual({ ok: true })
  expect(reserve(book, limits, ask('c', 1), NOW)).toMatchObject({ ok: false })
})

test('a call that could cost more than one may is refused, and waiting does not help', () => {
  const refusal = { ok: false, limit: 'per_call', microDollars: 5, resetsAt: null }
  expect(reserve(emptyBook(NOW), { ...NO_LIMITS, perCall: 5 }, ask('a', 6), NOW)).toEqual(refusal)
})

test('one user’s limit is not another’s, and not that of queues', () => {
  const book = emptyBook(NOW)
  const limits = { ...NO_LIMITS, userDaily: 10 }
  expect(reserve(book, limits, ask('a', 10), NOW).ok).toBe(true)
  expect(reserve(book, limits, ask('b', 10, 'user:bob'), NOW).ok).toBe(true)
  expect(reserve(book, limits, ask('c', 99, null), NOW).ok).toBe(true)
})

test('a clock that goes back over midnight forgets nothing', () => {
  const book = emptyBook(NOW)
  const [after, before] = [
    new Date('2026-12-01T00:00:00.001Z'),
    new Date('2026-11-30T23:59:59.999Z'),
  ]
  const limits = { ...NO_LIMITS, daily: 10, monthly: 10 }
  expect(reserve(book, limits, ask('a', 10), after).ok).toBe(true)
  settle(book, 'a', 10, after)
  expect(reserve(book, limits, ask('b', 1), before).ok).toBe(false)
  expect(reserve(book, limits, ask('c', 1), after).ok).toBe(false)
})

test('a new day begins at nothing, but what is in flight still counts', () => {
  const book = emptyBook(NOW)
  const limits = { ...NO_LIMITS, daily: 100 }
  reserve(book, limits, ask('a', 40), NOW)
  settle(book, 'a', 40, NOW)
  reserve(book, limits, ask('b', 60), NOW)
  const next = new Date('2026-11-27T00:00:01Z')
  expect(turnPage(book, next)).toBe(true)
  expect(reserve(book, limits, ask('c', 41), next).ok).toBe(false)
  expect(reserve(book, limits, ask('c', 40), next).ok).toBe(true)
  expect(book).toMatchObject({ day: 0, month: 40 })
  turnPage(book, new Date('2026-12-01T00:00:00Z'))
  expect(book.month).toBe(0)
})

test('what is never settled is let go of after five minutes, and counts for nothing later', () => {
  const book = emptyBook(NOW)
  reserve(book, NO_LIMITS, ask('a', 40), NOW)
  expect(expire(book, new Date(NOW.getTime() + RESERVATION_MS - 1))).toEqual([])
  expect(expire(book, new Date(NOW.getTime() + RESERVATION_MS))).toEqual(['a'])
  expect(book.reserved).toBe(0)
  expect(settle(book, 'a', 40, NOW)).toBeUndefined()
})

test('the ledger is believed where it knows more, and never takes back', () => {
  const book = emptyBook(NOW)
  const ledger = { today: '2026-11-26', day: 5, month: 50, spenders: { 'user:ada': 5 } }
  learn(book, ledger, NOW)
  expect(book).toMatchObject({ day: 5, month: 50 })
  learn(book, { ...ledger, day: 1, month: 1, spenders: {} }, NOW)
  expect(book).toMatchObject({ day: 5, month: 50 })
  learn(book, { ...ledger, today: '2026-11-25', day: 99 }, NOW)
  expect(book.day).toBe(5)
  expect(book.spenders.get('user:ada')).toBe(5)
})

test('each share of a limit is told of once in its period', () => {
  const book = emptyBook(NOW)
  const limits = { ...NO_LIMITS, daily: 100, monthly: 1000 }
  const spend = (microDollars: number, at = NOW) => {
    reserve(book, NO_LIMITS, ask(`${microDollars}`, microDollars), at)
    settle(book, `${microDollars}`, microDollars, at)
    return alertsOf(book, limits)
  }
  expect(spend(49)).toEqual([])
  expect(spend(1)).toEqual([{ limit: 'daily', percent: 50 }])
  expect(spend(2)).toEqual([])
  expect(spend(40)).toEqual([{ limit: 'daily', percent: 90 }])
  expect(alertsOf(book, limits, 'daily')).toEqual([{ limit: 'daily', percent: 100 }])
  expect(alertsOf(book, limits, 'daily')).toEqual([])
  expect(spend(55, new Date('2026-11-27T00:00:00Z'))).toEqual([{ limit: 'daily', percent: 50 }])
})

const step = record({
  does: constantFrom('reserve', 'settle', 'expire', 'sleep'),
  id: integer({ min: 0, max: 9 }),
  bound: integer({ min: 0, max: 60 }),
  share: integer({ min: 0, max: 100 }),
  spender: constantFrom('user:a', 'user:b', 'key:c', null),
  hours: integer({ min: 0, max: 30 }),
})

test('no order of calls, ends and losses spends more than a limit', () => {
  const limit = integer({ min: 0, max: 150 })
  const limitsOf = record({ daily: limit, monthly: limit, userDaily: limit, perCall: limit })
  assert(
    property(limitsOf, array(step, { maxLength: 120 }), (limits, steps) => {
      let now = new Date('2026-11-25T12:00:00Z')
      const book = emptyBook(now)
      for (const { does, id, bound, share, spender, hours } of steps) {
        if (does === 'reserve') reserve(book, limits, ask(`${id}`, bound, spender), now)
        if (does === 'expire') expire(book, now)
        if (does === 'sleep') now = new Date(now.getTime() + hours * 3_600_000)
        const open = book.open.get(`${id}`)
        if (does === 'settle' && open) {
          settle(book, `${id}`, Math.floor((open.microDollars * share) / 100), now)
        }
        expect(book.day + book.reserved).toBeLessThanOrEqual(limits.daily)
        expect(book.month + book.reserved).toBeLessThanOrEqual(limits.monthly)
        for (const [name, spent] of book.spenders) {
          expect(spent + (book.reservedBy.get(name) ?? 0)).toBeLessThanOrEqual(limits.userDaily)
        }
        const held = [...book.open.values()].reduce((sum, one) => sum + one.microDollars, 0)
        expect(book.reserved).toBe(held)
      }
    }),
    { numRuns: 300 },
  )
})
