/** Budgets: limits that hold, what a refusal says, reports, and who may see and change them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { CallPage, UsageReport, UsageSummary } from '../../workers/usage/report-schemas.ts'
import type { Budget } from '../../workers/usage/schemas.ts'
import { post, startAssistant, type TestAssistant } from './assistant-harness.ts'
import { ask, deliver, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'

const BUDGET = '/api/admin/budget'
const NONE = { daily: null, monthly: null, userDaily: null, perCall: null }

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
  await learn(
    app,
    'tides.md',
    '# Tides\n\nHigh water comes twice a day, every 12 hours and 25 minutes.',
  )
})
afterAll(() => app.close())
afterEach(async () => {
  app.budgets.state.isDown = false
  await app.settle()
})

let version = 0
async function limit(limits: object) {
  const response = await app.send('PUT', BUDGET, { ...NONE, ...limits, version })
  if (response.status !== 200) throw new Error(await response.text())
  ;({ version } = await response.json<Budget>())
}
beforeEach(() => limit({}))

let questions = 0
/** Never asked before, so never from the cache. */
const question = () => `How often does high water come, number ${++questions}?`
const attempt = () => app.send('POST', '/api/ask', { question: question() })

test('without a limit the object is not asked', async () => {
  const before = app.budgets.state.reserved
  await ask(app, question())
  expect(app.budgets.state.reserved).toBe(before)
})

test.each([
  ['daily', { daily: 10 }],
  ['monthly', { monthly: 10 }],
  ['user_daily', { userDaily: 10 }],
  ['per_call', { perCall: 10 }],
])('at the %s limit a question is refused, naming it', async (name, limits) => {
  await limit(limits)
  const response = await attempt()
  expect(response.status).toBe(402)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  const problem = await response.json<{ resets_at: string | null }>()
  expect(problem).toMatchObject({ code: 'budget_exceeded', limit: name, limit_micro_dollars: 10 })
  const { resets_at: resetsAt } = problem
  const isLater = resetsAt === null ? null : Date.parse(resetsAt) > Date.now()
  expect(isLater).toBe(name === 'per_call' ? null : true)
})

test('the assistant refuses too, and asks no other model instead', async () => {
  await limit({ daily: 10 })
  const settings = { CHAT_FALLBACK_MODELS: 'va-extractive-1' }
  const response = await post(app, { message: 'hello' }, { settings })
  expect(response.status).toBe(402)
  expect(await response.json()).toMatchObject({ code: 'budget_exceeded', limit: 'daily' })
})

test('a document over the budget says so, and is not tried on and on', async () => {
  await limit({ daily: 0 })
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  await upload(app, 'moon.md', '# Moon\n\nThe moon goes round in 27 days.')
  await drain(app)
  quiet.mockRestore()
  const { items } = await (await app.send('GET', DOCUMENTS)).json<{ items: object[] }>()
  expect(items[0]).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } })
})

test('questions at once spend no more than there is', async () => {
  await limit({ daily: null, userDaily: null, monthly: null })
  await app.settle()
  const spent = app.budgets.bookOf('acme')?.day ?? 0
  const daily = spent + 300_000
  await limit({ daily })
  const { CHAT_MODEL: quick } = app.env
  // The first still runs when the last asks.
  Object.assign(app.env, { CHAT_MODEL: 'va-extractive-1:slow' })
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => (await attempt()).status),
  )
  Object.assign(app.env, { CHAT_MODEL: quick })
  await app.settle()
  expect(new Set(statuses)).toEqual(new Set([200, 402]))
  const book = app.budgets.bookOf('acme')
  expect(book?.day).toBeLessThanOrEqual(daily)
  expect(book?.reserved).toBe(0)
})

test('while the budget cannot be asked, nothing is spent', async () => {
  await limit({ daily: 1_000_000_000 })
  app.budgets.state.isDown = true
  const response = await attempt()
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('5')
  await limit({})
  expect((await attempt()).status).toBe(200)
})

test('of ten changes at once one is stored; the others are told', async () => {
  const change = { ...NONE, daily: 7, version }
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => (await app.send('PUT', BUDGET, change)).status),
  )
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array(9).fill(409)])
  version += 1
  expect(await (await app.send('GET', BUDGET)).json()).toMatchObject({ daily: 7, version })
})

test.each([
  [{ ...NONE }, '/version'],
  [{ ...NONE, daily: -1, version: 1 }, '/daily'],
  [{ ...NONE, daily: 0.5, version: 1 }, '/daily'],
  [{ ...NONE, daily: '5', version: 1 }, '/daily'],
  [{ ...NONE, version: 1, weekly: 5 }, ''],
])('%j is refused with the field named', async (body, pointer) => {
  const response = await app.send('PUT', BUDGET, body)
  expect(response.status).toBe(422)
  expect(await response.json()).toMatchObject({
    errors: [{ pointer: expect.stringContaining(pointer) }],
  })
})

test('only administrators see costs and set limits', async () => {
  for (const role of ['viewer', 'user', 'editor']) {
    for (const path of ['/api/admin/usage/summary', '/api/admin/usage/calls', BUDGET]) {
      expect((await app.send('GET', path, undefined, { role })).status).toBe(403)
    }
    const change = { ...NONE, version }
    expect((await app.send('PUT', BUDGET, change, { role })).status).toBe(403)
  }
})

test('reports add up, by each property, and know no other tenant', async () => {
  app.used.length = 0
  await ask(app, question())
  await app.settle()
  const used = app.used.splice(0) as { microDollars: number }[]
  await deliver(app, used, { queue: 'usage' })
  const cost = used.reduce((sum, { microDollars }) => sum + microDollars, 0)
  const today = new Date().toISOString().slice(0, 10)
  const range = `from=${today}&to=${today}`
  for (const by of ['day', 'user', 'key', 'model', 'purpose', 'endpoint', 'query']) {
    const response = await app.send('GET', `/api/admin/usage?by=${by}&${range}`)
    const report = await response.json<UsageReport>()
    expect(report).toMatchObject({ microDollars: cost, calls: used.length })
    expect(report.items.reduce((sum, one) => sum + one.microDollars, 0)).toBe(cost)
  }
  const summary = await (await app.send('GET', '/api/admin/usage/summary')).json<UsageSummary>()
  expect(summary).toMatchObject({ today: cost, month: cost, anomalies: [] })
  const first = await (await app.send('GET', '/api/admin/usage/calls?limit=1')).json<CallPage>()
  expect(first.items).toHaveLength(1)
  const next = await app.send('GET', `/api/admin/usage/calls?limit=5&cursor=${first.nextCursor}`)
  expect((await next.json<CallPage>()).items).toHaveLength(used.length - 1)

  const other = { tenant: 'globex' }
  const theirs = await app.send('GET', `/api/admin/usage?${range}`, undefined, other)
  expect(await theirs.json()).toEqual({ microDollars: 0, calls: 0, items: [] })
})

test.each([
  ['from=2026-01-02&to=2026-01-01', '/to'],
  ['from=2020-01-01&to=2026-01-01', '/from'],
  ['from=yesterday&to=2026-01-01', '/from'],
  ['from=2026-01-01&to=2026-01-01&by=mood', '/by'],
])('a report for %s names the field', async (query, pointer) => {
  const response = await app.send('GET', `/api/admin/usage?${query}`)
  expect(response.status).toBe(422)
  const { errors } = await response.json<{ errors: object[] }>()
  expect(errors).toContainEqual(expect.objectContaining({ pointer }))
})
