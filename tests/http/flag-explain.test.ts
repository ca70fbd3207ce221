/** Decisions made again at any version, and changes tried on those who asked before. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { Explanation, Impact } from '../../workers/flags/explain-schemas.ts'
import type { Draft } from '../../workers/flags/history-schemas.ts'
import type { BulkResponse } from '../../workers/flags/ofrep-schemas.ts'
import { startApp, type TestApp } from './harness.ts'

const FLAGS = '/api/admin/feature-flags'

let app: TestApp
let tenants = 0
let who: { tenant: string }

beforeAll(async () => void (app = await startApp()))
beforeEach(async () => {
  who = { tenant: `explain-${++tenants}` }
  const sql = connect(app.database.owner)
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [who.tenant]),
    sql.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [who.tenant]),
  ])
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app.close())

const rollout = (percentage: number) => ({
  production: { rules: [{ type: 'rollout', id: 'some', percentage, value: true }] },
})
const create = (flag: object) => app.send('POST', FLAGS, { enabled: true, ...flag }, who)
const change = (name: string, fields: object) => app.send('PATCH', `${FLAGS}/${name}`, fields, who)

async function explain(key: string, context: object, more = '') {
  const query = `?context=${encodeURIComponent(JSON.stringify(context))}${more}`
  return app.send('GET', `/api/flags/${key}/explain${query}`, undefined, who)
}

/** The version that answers are made from now. */
async function version(): Promise<number> {
  const body = { context: { targetingKey: 'ada' } }
  const response = await app.send('POST', '/ofrep/v1/evaluate/flags', body, who)
  return Number((await response.json<BulkResponse>()).metadata['version'])
}

test('a decision is made again at its own version, with its rules and its bucket', async () => {
  await create({ name: 'greeting', defaultValue: false, environments: rollout(100) })
  const then = await version()
  const context = { targetingKey: 'ada', country: 'DE' }
  const first = await (await explain('greeting', context)).json<Explanation>()
  expect(first).toMatchObject({
    key: 'greeting',
    environment: 'production',
    version: then,
    value: true,
    variant: 'on',
    reason: 'SPLIT',
    ruleId: 'some',
  })
  expect(first.bucket).toBeGreaterThanOrEqual(0)
  expect(first.bucket).toBeLessThan(10_000)
  expect(first.trace).toEqual([
    { flag: 'greeting', rule: 0, ruleId: 'some', outcome: 'decided', bucket: first.bucket },
  ])
  // A share that ends below the unit's bucket.
  await change('greeting', { environments: rollout((first.bucket ?? 0) / 100 - 0.01) })
  const after = await (await explain('greeting', context)).json<Explanation>()
  expect(after).toMatchObject({ version: then + 1, value: false, reason: 'DEFAULT', ruleId: null })
  expect(after.trace).toMatchObject([{ outcome: 'coverage', bucket: first.bucket }])
  const again = await explain('greeting', context, `&version=${then}`)
  expect(await again.json()).toEqual(first)
})

test('what prerequisites did is in the trace', async () => {
  await create({ name: 'parent', defaultValue: false })
  const prerequisites = [{ flag: 'parent', value: true }]
  await create({ name: 'child', environments: { production: { prerequisites } } })
  const answer = await (await explain('child', {})).json<Explanation>()
  expect(answer).toMatchObject({ value: null, variant: null, reason: 'DISABLED' })
})

test.each([
  ['a flag there is not', 404, 'nobody_made_it', {}, ''],
  ['a version there is not', 404, 'cache_enabled', {}, '&version=999'],
  ['a context that is no object', 422, 'cache_enabled', [], ''],
  ['a context that is too deep', 422, 'cache_enabled', deep(), ''],
  ['a version 0', 422, 'cache_enabled', {}, '&version=0'],
])('%s is a problem', async (_name, status, key, context, more) => {
  expect((await explain(key, context, more)).status).toBe(status)
})

function deep() {
  let context: object = {}
  for (let level = 0; level < 40; level++) context = { nested: context }
  return context
}

/** Evaluates for as many units, each half a second after the one before. */
async function evaluate(units: number, attributes: object = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  for (let unit = 0; unit < units; unit++) {
    const body = { context: { targetingKey: `unit-${unit}`, ...attributes } }
    await app.send('POST', '/ofrep/v1/evaluate/flags/greeting', body, who)
    vi.setSystemTime(Date.now() + 501)
  }
  vi.useRealTimers()
  await app.settle()
}

const preview = (body: object) => app.send('POST', `${FLAGS}/greeting/preview`, body, who)

test('a change is tried on who asked before: who flips, from what to what', async () => {
  await create({ name: 'greeting', defaultValue: false })
  const prerequisites = [{ flag: 'greeting', value: true }]
  await create({ name: 'child', environments: { production: { prerequisites } } })
  await evaluate(41, { email: 'ada@example.com', note: 'call +49 151 23456789' })
  const response = await preview({ change: { environments: rollout(50) } })
  const { contexts, flags } = await response.json<Impact>()
  expect([response.status, contexts]).toEqual([200, 41])
  const [greeting, child] = flags
  const flipped = greeting?.flipped ?? 0
  expect(flipped).toBeGreaterThan(8)
  expect(flipped).toBeLessThan(33)
  expect(greeting?.flips).toEqual([
    {
      from: { value: false, variant: 'off', reason: 'STATIC' },
      to: { value: true, variant: 'on', reason: 'SPLIT' },
      count: flipped,
      units: expect.arrayContaining([expect.stringMatching(/^unit-\d+$/)]),
    },
  ])
  expect(child).toMatchObject({ key: 'child', flipped })
  // Nothing was published, and the preview is what comes true.
  const [unit = ''] = greeting?.flips[0]?.units ?? []
  expect(await (await explain('greeting', { targetingKey: unit })).json()).toMatchObject({
    value: false,
  })
  await change('greeting', { environments: rollout(50) })
  expect(await (await explain('greeting', { targetingKey: unit })).json()).toMatchObject({
    value: true,
  })
})

test('what is kept of a context names nobody, and rules still see where an address is', async () => {
  await create({ name: 'greeting', defaultValue: false })
  const email = 'ada@example.com'
  await evaluate(1, { email, phone: '+4915123456789', plan: 'gold' })
  const place = { tenantId: who.tenant, environment: 'production' }
  const [text = ''] = await app.env.FLAG_HUBS.getByName('any').contexts(place)
  expect(JSON.parse(text)).toMatchObject({ email: '*@example.com', plan: 'gold' })
  expect(text).not.toMatch(/ada|151/)
  const condition = { email: { $regex: '@example\\.com$' } }
  const rules = [{ type: 'force', id: 'x', condition, value: true }]
  const body = { change: { environments: { production: { rules } } } }
  expect(await (await preview(body)).json()).toMatchObject({ flags: [{ flipped: 1 }] })
})

test('a draft is tried as well', async () => {
  await create({ name: 'greeting', defaultValue: false })
  await evaluate(1)
  const flag = await (await app.send('GET', `${FLAGS}/greeting`, undefined, who)).json<object>()
  const { name: _n, version: _v, createdAt: _c, updatedAt: _u, ...document } = Object(flag)
  const proposed = { comment: 'on', document: { ...document, defaultValue: true } }
  const made = await app.send('POST', `${FLAGS}/greeting/drafts`, proposed, who)
  const { id } = await made.json<Draft>()
  expect(await (await preview({ draft: id })).json()).toMatchObject({ flags: [{ flipped: 1 }] })
})

test.each([
  ['neither change nor draft', 422, {}],
  ['what lint refuses', 422, { change: { defaultValue: 'text' } }],
  ['a draft there is not', 404, { draft: '00000000-0000-7000-8000-000000000000' }],
  ['an environment there is not', 404, { environment: 'nowhere', change: { enabled: false } }],
  ['an older version', 409, { change: { version: 7, enabled: false } }],
])('a preview of %s is a problem', async (_name, status, body) => {
  await create({ name: 'greeting' })
  expect((await preview(body)).status).toBe(status)
})
