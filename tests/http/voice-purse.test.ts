/** A session's calls paid from slices of the tenant's budget. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { edgeContext } from '../../workers/edge-context.ts'
import type { Budget } from '../../workers/usage/schemas.ts'
import { createPurse, withBill } from '../../workers/usage/service.ts'
import { synthesize } from '../../workers/voice/speech-client.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterAll(() => app.close())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  return () => vi.useRealTimers()
})

let version = 0
async function limit(daily: number) {
  const limits = { daily, monthly: null, userDaily: null, perCall: null }
  const response = await app.send('PUT', '/api/admin/budget', { ...limits, version })
  ;({ version } = await response.json<Budget>())
}

const context = () =>
  edgeContext(app.env, {
    tenantId: 'acme',
    actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
    requestId: 'r',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    waitUntil: (work) => app.execution.waitUntil(work),
  })

async function say(purse: ReturnType<typeof createPurse>, text: string, isLast = false) {
  const ctx = { ...withBill(context(), 'call'), purse: purse(isLast) }
  const utterance = { text, voice: 'alloy', speed: 1 }
  const pieces = await Array.fromAsync(synthesize(ctx, utterance, new AbortController().signal))
  expect(pieces.length).toBeGreaterThan(0)
  return ctx.bill.microDollars
}

test('many calls are one reservation, settled with what they cost when it is quiet', async () => {
  await limit(10_000_000)
  const before = app.budgets.state.reserved
  const purse = createPurse()
  const costs = await Promise.all([say(purse, 'one'), say(purse, 'two')])
  for (const text of ['three', 'four']) costs.push(await say(purse, text))
  expect(app.budgets.state.reserved - before).toBe(1)
  expect(app.budgets.bookOf('acme')).toMatchObject({ day: 0, reserved: 100_000 })
  await vi.advanceTimersByTimeAsync(5000)
  await app.settle()
  const total = costs.reduce((sum, cost) => sum + cost, 0)
  expect(app.budgets.bookOf('acme')).toMatchObject({ day: total, reserved: 0 })
})

test('a budget without a whole slice still pays for what fits, and last words', async () => {
  const spent = app.budgets.bookOf('acme')?.day ?? 0
  await limit(spent + 16_000)
  const purse = createPurse()
  await say(purse, 'one')
  await expect(
    say(purse, 'a longer sentence that would cost more than is left of it. '.repeat(3)),
  ).rejects.toMatchObject({
    code: 'budget_exceeded',
  })
  await say(purse, 'Thank you, and goodbye.', true)
  await vi.advanceTimersByTimeAsync(5000)
  await app.settle()
  const book = app.budgets.bookOf('acme')
  expect(book?.reserved).toBe(0)
  expect(book?.day).toBeLessThanOrEqual(spent + 16_000)
})
