/** The minute's look at costs: hours that stand out are told of, and gauges show budgets. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../shared/ids.ts'
import { metricsOf } from '../../shared/metrics.ts'
import { setBudgetGauges, watchCosts } from '../../workers/usage/schedule.ts'
import { startAssistant, type TestAssistant } from './assistant-harness.ts'
import { deliver } from './knowledge-harness.ts'

const NOW = new Date('2026-11-26T14:20:00.000Z')
const HOUR = 3_600_000
const now = () => NOW

let app: TestAssistant
beforeAll(async () => void (app = await startAssistant()))
afterAll(() => app.close())
beforeEach(() => void (app.budgets.anomalies.length = 0))

const units = {
  input: 1,
  cachedInput: 0,
  output: 1,
  audioInput: 0,
  audioOutput: 0,
  audioMs: 0,
  characters: 0,
}

/** @param hoursBefore Of the beginning of this hour */
const spend = (microDollars: number, hoursBefore: number, tenantId = 'acme') => {
  const at = new Date(Math.floor(NOW.getTime() / HOUR) * HOUR - hoursBefore * HOUR + 60_000)
  const call = {
    id: newId(at),
    at: at.toISOString(),
    tenantId,
    provider: 'p',
    model: 'm',
    purpose: 'answer',
    endpoint: 'e',
    userId: null,
    keyId: null,
    subjectId: null,
    requestId: 'r',
    units,
    microDollars,
    priceVersion: 'v',
    estimated: false,
  }
  return deliver(app, [call], { queue: 'usage' })
}

const watch = () => watchCosts({ env: app.env, log: { error() {} } as never, now })

test('an hour of $5 stands out where the usual is nothing, and not where it is $2', async () => {
  await spend(5_000_000, 0)
  await spend(5_000_000, 1)
  for (let day = 1; day <= 14; day++) await spend(2_000_000, 24 * day + 1)
  // Too little, too long ago, and of a tenant whose hour it is not.
  await spend(900_000, 0, 'globex')
  await spend(9_000_000, 2, 'globex')
  await watch()
  expect(app.budgets.anomalies).toEqual([
    {
      type: 'anomaly',
      tenantId: 'acme',
      hour: '2026-11-26T14:00:00.000Z',
      microDollars: 5_000_000,
      usual: 0,
    },
  ])
})

test('of an even fortnight the median is the mean of the middle two', async () => {
  for (let day = 1; day <= 8; day++) await spend(1_000_000, 24 * day, 'globex')
  await spend(3_100_000, 0, 'globex')
  await watch()
  const theirs = app.budgets.anomalies.filter(({ tenantId }) => tenantId === 'globex')
  expect(theirs).toMatchObject([{ microDollars: 4_000_000, usual: 1_000_000 }])
})

test('one budget that is not there keeps nobody else from being told', async () => {
  app.budgets.state.isDown = true
  const errors: string[] = []
  const log = { error: (text: string) => void errors.push(text) } as never
  await watchCosts({ env: app.env, log, now })
  app.budgets.state.isDown = false
  expect(errors).toHaveLength(2)
  await watch()
  expect(app.budgets.anomalies).toHaveLength(2)
})

test('gauges are of all tenants with a limit, every five minutes', async () => {
  const limit = (tenant: string, limits: string) =>
    app.sql.transaction([
      app.sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
      app.sql.query(`insert into budgets values ($1, ${limits}, null, null, 1, now())`, [tenant]),
    ])
  await limit('acme', '20000000, 500000000')
  await limit('globex', 'null, 100000000')
  const metrics = metricsOf(app.env, (work) => app.execution.waitUntil(work))
  const at = (minute: number) => () => new Date(NOW.getTime() + minute * 60_000)
  const gauge = (what: string, scope: string) =>
    app.metrics.count(`voiceassist_budget_${what}_dollars`, scope)
  await setBudgetGauges({ env: app.env, metrics, now: at(1) })
  await app.settle()
  expect(gauge('limit', 'monthly')).toBe(0)
  await setBudgetGauges({ env: app.env, metrics, now: at(0) })
  await app.settle()
  expect(gauge('limit', 'daily')).toBe(20)
  expect(gauge('limit', 'monthly')).toBe(600)
  // Acme's two hours of today; with the days before and globex's, the month.
  expect(gauge('spent', 'daily')).toBe(10)
  expect(gauge('spent', 'monthly')).toBe(10 + 14 * 2 + 0.9 + 9 + 8 + 3.1)
})
