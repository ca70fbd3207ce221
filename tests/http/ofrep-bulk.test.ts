/** All flags at once: what a key may see, entity tags, announcements, and what is wrong with a request. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { edgeContext, edgeLog } from '../../workers/edge-context.ts'
import type { BulkResponse } from '../../workers/flags/ofrep-schemas.ts'
import { announceDueSnapshots } from '../../workers/flags/schedule.ts'
import { startApp, type TestApp } from './harness.ts'

const FLAGS = '/api/admin/feature-flags'
const BULK = '/ofrep/v1/evaluate/flags'
const context = { targetingKey: 'ada', country: 'DE' }

let app: TestApp
let tenants = 0
let tenant: string

beforeAll(async () => {
  app = await startApp()
})
beforeEach(async () => {
  tenant = `bulk-${++tenants}`
  await asTenant('insert into tenants (id, name, created_at) values ($1, $1, now())')
})
afterEach(async () => {
  vi.useRealTimers()
  app.neon.setUp(true)
  app.upstash.setUp(true)
  await app.settle()
})
afterAll(() => app.close())

const as = () => ({ tenant })

/** As the database's owner, in the tenant's name, which is the statement's only parameter. */
async function asTenant(statement: string) {
  const sql = connect(app.database.owner)
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    sql.query(statement, [tenant]),
  ])
}

async function create(flag: object) {
  const response = await app.send('POST', FLAGS, flag, as())
  expect([response.status, await response.json()]).toMatchObject([201, {}])
}

async function ask(tag?: string, { body = { context }, query = '' } = {}) {
  const headers = {
    authorization: `Bearer ${await app.token(as())}`,
    'content-type': 'application/json',
    ...(tag && { 'if-none-match': tag }),
  }
  return app.request(BULK + query, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function answered(response: Response) {
  expect(response.status).toBe(200)
  const body = await response.json<BulkResponse>()
  return { ...body, flags: Object.fromEntries(body.flags.map((flag) => [flag.key, flag])) }
}

const tagOf = (response: Response) => response.headers.get('etag') ?? ''

test('every flag is answered, each with its value, variant and metadata', async () => {
  await create({
    name: 'greeting',
    enabled: true,
    type: 'string',
    defaultValue: 'hi',
    variants: { welcome: 'hi', farewell: 'bye' },
    metadata: { team: 'growth', since: 3 },
    environments: {
      production: {
        rules: [{ type: 'force', id: 'de', condition: { country: 'DE' }, variant: 'farewell' }],
      },
    },
  })
  await create({ name: 'dark', enabled: false })
  const { flags, metadata, eventStreams } = await answered(await ask())
  expect(flags).toMatchObject({
    greeting: {
      value: 'bye',
      variant: 'farewell',
      reason: 'TARGETING_MATCH',
      metadata: { team: 'growth', since: 3 },
    },
    dark: { reason: 'DISABLED' },
  })
  expect(flags['dark']).not.toHaveProperty('value')
  expect(metadata).toEqual({ version: expect.stringMatching(/^\d+$/) })
  expect(eventStreams).toMatchObject([
    {
      type: 'sse',
      endpoint: { requestUri: expect.stringMatching(/^\/ofrep\/v1\/stream\?ticket=/) },
    },
  ])
})

test('whoever has the answer gets 304 without a body', async () => {
  await create({ name: 'greeting', enabled: true })
  const tag = tagOf(await ask())
  const again = await ask(tag)
  expect([again.status, await again.text(), tagOf(again)]).toEqual([304, '', tag])
  expect((await ask(`W/${tag}`)).status).toBe(304)
  const other = { context: { ...context, country: 'FR' } }
  expect((await ask(tag, { body: other })).status).toBe(200)
})

test('a publish that changes nothing for this context is 304, one that does is not', async () => {
  const rules = (country: string) => ({
    environments: {
      production: { rules: [{ type: 'force', id: 'x', condition: { country }, value: false }] },
    },
  })
  await create({ name: 'greeting', enabled: true, ...rules('FR') })
  const tag = tagOf(await ask())
  await app.send('PATCH', `${FLAGS}/greeting`, rules('BR'), as())
  const same = await ask(tag)
  expect([same.status, tagOf(same) === tag]).toEqual([304, false])
  expect((await ask(tagOf(same))).status).toBe(304)
  await app.send('PATCH', `${FLAGS}/greeting`, rules('DE'), as())
  const changed = await ask(tagOf(same))
  expect((await answered(changed)).flags['greeting']).toMatchObject({ value: false })
})

test('a new ticket epoch is always a whole answer', async () => {
  await create({ name: 'greeting', enabled: true })
  const tag = tagOf(await ask())
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 13 * 60 * 60 * 1000 })
  const { eventStreams } = await answered(await ask(tag))
  expect(eventStreams).toHaveLength(1)
})

test('an announced version is never answered from older memory', async () => {
  await create({ name: 'greeting', enabled: true })
  const { metadata } = await answered(await ask())
  const hub = vi.spyOn(app.env.FLAG_HUBS.getByName('any'), 'current')
  const version = Number(metadata['version'])
  await ask(undefined, { query: `?flagConfigEtag=${version}` })
  expect(hub).not.toHaveBeenCalled()
  await ask(undefined, { query: `?flagConfigEtag=${version + 1}` })
  expect(hub).toHaveBeenCalledOnce()
  hub.mockRestore()
})

test('what a change announces is the version that is published then', async () => {
  await create({ name: 'greeting', enabled: true })
  const { metadata } = await answered(await ask())
  const publish = vi.spyOn(app.env.FLAG_HUBS.getByName('any'), 'publish')
  await app.send('POST', `${FLAGS}/greeting/toggle`, {}, as())
  const place = { tenantId: tenant, environment: 'production' }
  expect(publish).toHaveBeenCalledWith(place, Number(metadata['version']) + 1)
  publish.mockRestore()
})

test('with everything down the last good flags are served, and say that they are stale', async () => {
  await create({ name: 'greeting', enabled: true })
  await ask()
  await app.settle()
  app.neon.setUp(false)
  app.upstash.setUp(false)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  const { flags, metadata } = await answered(await ask())
  expect([flags['greeting'], metadata]).toMatchObject([{ value: true }, { stale: true }])
})

test('a snapshot that is damaged replaces nothing', async () => {
  await create({ name: 'greeting', enabled: true })
  await ask()
  await app.settle()
  await asTenant(`update flag_snapshots set payload = '{"features":{}}' where tenant_id = $1`)
  const headers = { authorization: `Bearer ${app.env.UPSTASH_REDIS_REST_TOKEN}` }
  await fetch(`${app.upstash.url}/flushall`, { headers })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  const { flags, metadata } = await answered(await ask())
  expect([flags['greeting'], metadata]).toMatchObject([{ value: true }, { stale: true }])
})

test.each([
  ['PARSE_ERROR', '{'],
  ['INVALID_CONTEXT', '{}'],
  ['TARGETING_KEY_MISSING', '{"context":{"targetingKey":""}}'],
  ['INVALID_CONTEXT', JSON.stringify({ context: { text: 'x'.repeat(70_000) } })],
])('%s is named', async (errorCode, body) => {
  const response = await app.send('POST', BULK, body, as())
  expect([response.status, await response.json()]).toMatchObject([400, { errorCode }])
})

test.each([
  ['forged', (ticket: string) => `${ticket.slice(0, -2)}AA`],
  ['of another tenant’s making', (ticket: string) => `W10.${ticket.split('.')[1]}`],
  ['no ticket', () => 'x'],
])('a ticket that is %s opens nothing', async (_name, change) => {
  await create({ name: 'greeting', enabled: true })
  const { eventStreams } = await answered(await ask())
  const url = new URL(eventStreams[0]?.endpoint.requestUri ?? '', 'http://x')
  const good = url.searchParams.get('ticket') ?? ''
  const open = (ticket: string) => app.knock(`/ofrep/v1/stream?ticket=${ticket}`)
  expect((await open(change(good))).status).toBe(401)
  // There are no sockets outside of workerd: a good one comes as far as the hub.
  expect((await open(good)).status).toBe(503)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 60 * 60 * 1000 })
  expect((await open(good)).status).toBe(401)
})

test('a snapshot that nobody was told of is announced within a minute', async () => {
  await create({ name: 'greeting', enabled: true })
  const publish = vi.spyOn(app.env.FLAG_HUBS.getByName('any'), 'publish')
  await asTenant(`update flag_outbox set created_at = now() - interval '6 seconds'
    where tenant_id = $1 and environment = 'production'`)
  const ctx = { env: app.env, log: edgeLog(app.env), now: () => new Date() }
  const contextOf = (tenantId: string) =>
    edgeContext(app.env, {
      tenantId,
      actor: { type: 'system', job: 'test' },
      requestId: 'test',
      traceparent: '',
      waitUntil: (work) => app.execution.waitUntil(work),
    })
  await announceDueSnapshots({ ...ctx, contextOf })
  const place = { tenantId: tenant, environment: 'production' }
  expect(publish).toHaveBeenCalledWith(place, expect.any(Number))
  publish.mockClear()
  await announceDueSnapshots({ ...ctx, contextOf })
  expect(publish).not.toHaveBeenCalledWith(place, expect.any(Number))
  publish.mockRestore()
})
