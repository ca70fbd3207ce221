/** A tenant's budget in workerd: with its own disk, alarm and input gates, and the real database. */
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { sql } from 'drizzle-orm'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Budget } from '../../../durable-objects/budget.ts'
import { createContext } from '../../../shared/context.ts'
import { asAuthUser, callAcrossTenants, withTenant } from '../../../shared/database.ts'
import { createLog } from '../../../shared/log.ts'
import { NO_METRICS } from '../../../shared/metrics.ts'
import { traceparentOf } from '../../../shared/trace.ts'
import type { BudgetNews } from '../../../workers/usage/schemas.ts'
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

/** Somebody who may change acme's budget, and somebody who may not. */
beforeAll(async () => {
  const database = asAuthUser(env)
  const statements = [
    sql`insert into auth.organizations (id, name, slug, created_at) values ('acme', 'Acme', 'acme', now())`,
    sql`insert into auth.users (id, name, email, locale, created_at, updated_at) values
      ('olga', 'Olga', 'olga@example.com', 'ru', now(), now()),
      ('eve', 'Eve', 'eve@example.com', 'en', now(), now())`,
    sql`insert into auth.members (id, organization_id, user_id, role, created_at) values
      ('m1', 'acme', 'olga', 'owner', now()), ('m2', 'acme', 'eve', 'editor', now())`,
  ]
  for (const statement of statements) await callAcrossTenants(database, statement)
})

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

/** What the object's mails would be, by its own queue; `fail` breaks the queue so many times. */
async function listen(budget: DurableObjectStub<Budget>, fail = 0) {
  const sent: { template: string; to: string; data: Record<string, unknown> }[] = []
  let left = fail
  await runInDurableObject(budget, (instance) => {
    const inside = (instance as unknown as { env: Record<string, unknown> }).env
    inside['MAIL'] = {
      async send(message: (typeof sent)[number]) {
        if (left-- > 0) throw new Error('the queue is full')
        sent.push(message)
      },
    }
  })
  return sent
}

/** Milliseconds; the machine may be busy. */
const PATIENT = { timeout: 20_000 }

const newsOf = (budget: DurableObjectStub<Budget>) =>
  runInDurableObject(budget, (_, state) => [...state.storage.kv.list({ prefix: 'news:' })].length)

test('each share is mailed once in its period, whatever is spent after', async () => {
  await limit({ daily: 100 })
  const budget = fresh()
  const sent = await listen(budget)
  const spend = async (id: string, microDollars: number) => {
    await budget.reserve('acme', ask(id, microDollars))
    await budget.settle('acme', id, microDollars)
  }
  for (const [index, cost] of [30, 25, 5, 20, 10, 2].entries()) await spend(`m${index}`, cost)
  expect(await budget.reserve('acme', ask('over', 50))).toMatchObject({ ok: false })
  expect(await budget.reserve('acme', ask('again', 50))).toMatchObject({ ok: false })
  await expect.poll(() => newsOf(budget), PATIENT).toBe(0)
  expect(sent.map(({ data }) => [data['percent'], data['spent']])).toEqual([
    [50, 55],
    [75, 80],
    [90, 90],
    [100, 92],
  ])
  expect(sent[0]).toMatchObject({
    template: 'budget-alert',
    to: 'olga@example.com',
    locale: 'ru',
    data: { limit: 'daily', of: 100, organization: 'Acme' },
  })
})

test('mails that could not be sent stay on disk and go with the alarm', async () => {
  await limit({ daily: 100 })
  const budget = fresh()
  const sent = await listen(budget, 1)
  await budget.reserve('acme', ask('a', 60))
  await budget.settle('acme', 'a', 60)
  // Sooner than the reservation's own.
  const isDueSoon = () =>
    runInDurableObject(budget, async (_, state) => {
      return ((await state.storage.getAlarm()) ?? Infinity) - Date.now() <= 60_000
    })
  await expect.poll(isDueSoon, PATIENT).toBe(true)
  expect(await newsOf(budget)).toBe(1)
  expect(sent).toEqual([])
  await runDurableObjectAlarm(budget)
  await expect.poll(() => newsOf(budget), PATIENT).toBe(0)
  expect(sent).toMatchObject([{ template: 'budget-alert', data: { percent: 50 } }])
})

test('an hour that stands out is told of once, also after the object was gone', async () => {
  const budget = fresh()
  const sent = await listen(budget)
  const anomaly: Extract<BudgetNews, { type: 'anomaly' }> = {
    type: 'anomaly',
    tenantId: 'acme',
    hour: '2026-11-26T14:00:00.000Z',
    microDollars: 5_000_000,
    usual: 0,
  }
  await budget.noteAnomaly(anomaly)
  await budget.noteAnomaly({ ...anomaly, microDollars: 6_000_000 })
  await expect.poll(() => newsOf(budget), PATIENT).toBe(0)
  expect(sent).toMatchObject([{ template: 'cost-anomaly', data: { spent: 5_000_000, usual: 0 } }])
  await evictDurableObject(budget)
  const later = await listen(budget)
  await budget.noteAnomaly(anomaly)
  await budget.noteAnomaly({ ...anomaly, hour: '2026-11-26T15:00:00.000Z' })
  await expect.poll(() => newsOf(budget), PATIENT).toBe(0)
  expect(later).toMatchObject([{ data: { at: '2026-11-26T15:00:00.000Z' } }])
})
