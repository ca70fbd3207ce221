/** A tenant's budget in workerd: with its own disk, alarm and input gates, and the real database. */
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import type { Budget } from '../../../durable-objects/budget.ts'
import { createContext } from '../../../shared/context.ts'
import { withTenant } from '../../../shared/database.ts'
import { createLog } from '../../../shared/log.ts'
import { NO_METRICS } from '../../../shared/metrics.ts'
import { traceparentOf } from '../../../shared/trace.ts'
import { budgets } from '../../../workers/usage/tables.ts'

const ctx = createContext(
  env as unknown as EdgeEnv,
  { log: createLog({ level: 'error' }), metrics: NO_METRICS },
  {
    tenantId: 'acme',
    actor: { type: 'system', job: 'test' },
    requestId: 'test',
    traceparent: traceparentOf(undefined),
    waitUntil: () => {},
  },
)

let count = 0
const fresh = (): DurableObjectStub<Budget> => env.BUDGETS.getByName(`b-${++count}`)

async function limit(limits: Partial<typeof budgets.$inferInsert>) {
  const none = { daily: null, monthly: null, userDaily: null, perCall: null }
  const set = { ...none, ...limits, version: 1, updatedAt: new Date() }
  await withTenant(ctx).batch((tx) => [
    tx
      .insert(budgets)
      .values({ tenantId: 'acme', ...set })
      .onConflictDoUpdate({ target: budgets.tenantId, set }),
  ])
}

const ask = (id: string, microDollars: number) => ({ id, spender: 'user:ada', microDollars })

afterEach(() => vi.useRealTimers())

test('200 calls at once never pass a limit, to the micro-dollar', async () => {
  await limit({ daily: 1000 })
  const budget = fresh()
  const verdicts = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const verdict = await budget.reserve('acme', ask(`c${n}`, 7))
      if (verdict.ok) await budget.settle('acme', `c${n}`, 7)
      return verdict.ok
    }),
  )
  expect(verdicts.filter(Boolean)).toHaveLength(Math.floor(1000 / 7))
  const totals = await runInDurableObject(budget, (_, state) => state.storage.kv.get('totals'))
  expect(totals).toMatchObject({ day: 142 * 7, month: 142 * 7 })
  expect(await budget.reserve('acme', ask('last', 6))).toEqual({ ok: true })
  expect(await budget.reserve('acme', ask('over', 1))).toMatchObject({ ok: false, limit: 'daily' })
})

test('what is reserved and spent outlives the object', async () => {
  await limit({ daily: 100 })
  const budget = fresh()
  await budget.reserve('acme', ask('a', 30))
  await budget.settle('acme', 'a', 20)
  await budget.reserve('acme', ask('b', 50))
  await evictDurableObject(budget)
  expect(await budget.reserve('acme', ask('c', 31))).toMatchObject({ ok: false })
  expect(await budget.reserve('acme', ask('c', 30))).toEqual({ ok: true })
  await budget.settle('acme', 'b', 0)
  expect(await budget.reserve('acme', ask('d', 50))).toEqual({ ok: true })
})

test('an alarm lets go of what was never settled', async () => {
  await limit({ daily: 100 })
  const budget = fresh()
  await budget.reserve('acme', ask('lost', 100))
  expect(await budget.reserve('acme', ask('next', 1))).toMatchObject({ ok: false })
  const due = await runInDurableObject(budget, (_, state) => state.storage.getAlarm())
  expect((due ?? 0) - Date.now()).toBeGreaterThan(4 * 60_000)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5 * 60_000 + 1 })
  expect(await runDurableObjectAlarm(budget)).toBe(true)
  expect(await budget.reserve('acme', ask('next', 100))).toEqual({ ok: true })
})

test('new limits hold as soon as it is told of them', async () => {
  await limit({ daily: 10 })
  const budget = fresh()
  expect(await budget.reserve('acme', ask('a', 11))).toMatchObject({ ok: false })
  await limit({ daily: 50, perCall: 20 })
  expect(await budget.reserve('acme', ask('a', 11))).toMatchObject({ ok: false })
  await budget.refresh('acme')
  expect(await budget.reserve('acme', ask('a', 20))).toEqual({ ok: true })
  expect(await budget.reserve('acme', ask('b', 21))).toMatchObject({ limit: 'per_call' })
})
