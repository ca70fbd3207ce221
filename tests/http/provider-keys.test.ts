/** Tenants' provider credentials: in whole only inwards, and through every rotation. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { createContext } from '../../shared/context.ts'
import { createLog } from '../../shared/log.ts'
import { NO_METRICS } from '../../shared/metrics.ts'
import { rewrapDataKeys } from '../../workers/provider-keys/schedule.ts'
import {
  type KeyContext,
  readProviderKey,
  rotateDataKey,
} from '../../workers/provider-keys/service.ts'
import { startApp, type TestApp } from './harness.ts'

const PATH = '/api/admin/provider-keys'
const KEY = 'sk-0123456789abcdef'

let app: TestApp
let sql: Sql
beforeAll(async () => {
  app = await startApp()
  sql = connect(app.database.owner)
})
afterEach(() => app.settle())
afterAll(() => app.close())

/** As an isolate that has unwrapped nothing yet. */
function contextOf(tenantId: string, settings: object = {}): KeyContext {
  const log = createLog({ level: 'error' })
  const origin = {
    tenantId,
    actor: { type: 'system', job: 'test' },
    requestId: 'r1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    waitUntil: () => undefined,
  } as const
  return createContext({ ...app.env, ...settings }, { log, metrics: NO_METRICS }, origin)
}

const put = (provider: string, values: object, tenant = 'acme') =>
  app.send('PUT', `${PATH}/${provider}`, { values }, { tenant })
const rowsOf = (table: string) =>
  sql.query(`select * from ${table} where tenant_id in ('acme', 'globex') order by 1, 2, 3`)

test('what is stored is shown by its end, and given in whole to the feature that needs it', async () => {
  const stored = await put('openai', { apiKey: KEY })
  expect(stored.status).toBe(200)
  const body = await stored.text()
  expect(body).not.toContain(KEY)
  expect(JSON.parse(body)).toEqual({
    provider: 'openai',
    fields: [{ field: 'apiKey', ending: 'cdef', version: 1, updatedAt: expect.any(String) }],
  })
  const shown = await app.send('GET', `${PATH}/openai`)
  expect(await shown.json()).toEqual(JSON.parse(body))
  expect(await readProviderKey(contextOf('acme'), 'openai', 'apiKey')).toBe(KEY)
  expect(await readProviderKey(contextOf('acme'), 'openai', 'other')).toBeUndefined()
  const kept = JSON.stringify([await rowsOf('provider_keys'), await rowsOf('tenant_deks')])
  expect(kept).not.toContain(KEY)
})

test('another tenant sees nothing of it, and a row moved there does not open', async () => {
  expect((await app.send('GET', `${PATH}/openai`, undefined, { tenant: 'globex' })).status).toBe(
    404,
  )
  expect((await app.send('DELETE', `${PATH}/openai`, undefined, { tenant: 'globex' })).status).toBe(
    404,
  )
  expect(await readProviderKey(contextOf('globex'), 'openai', 'apiKey')).toBeUndefined()

  await put('pagerduty', { routingKey: 'globex-routing-key' }, 'globex')
  for (const table of ['tenant_deks', 'provider_keys']) {
    const [row] = await sql.query(`select * from ${table} where tenant_id = 'acme'`)
    const stolen = { ...row, tenant_id: 'globex', retired_at: new Date().toISOString() }
    const names = Object.keys(row!)
    const values = names.map((name) => Object(stolen)[name])
    const places = names.map((_, n) => `$${n + 1}`).join()
    await sql.query(`insert into ${table} (${names.join()}) values (${places})`, values)
  }
  await expect(readProviderKey(contextOf('globex'), 'openai', 'apiKey')).rejects.toBeInstanceOf(
    Error,
  )
  await sql.query(`delete from provider_keys where tenant_id = 'globex' and provider = 'openai'`)
})

test('a change raises the version, and of two at the same moment one wins', async () => {
  await put('twilio', { accountSid: 'AC0123456789', authToken: 'first-token-of-it' })
  const both = await Promise.all(
    ['second', 'third'].map((name) =>
      put('twilio', { accountSid: 'AC0123456789', authToken: `${name}-token-of-it` }),
    ),
  )
  const statuses = both.map(({ status }) => status)
  expect(statuses).toContain(200)
  const [row] = await sql.query(
    `select version from provider_keys where tenant_id = 'acme' and field = 'authToken'`,
  )
  expect(row?.['version']).toBe(1 + statuses.filter((status) => status === 200).length)
})

test('first secrets stored at the same moment share one data key', async () => {
  await sql.query(`insert into tenants (id, name, created_at) values ('fresh', 'Fresh', now())`)
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      put(
        ['openai', 'pagerduty', 'openai', 'pagerduty', 'openai'][n]!,
        { [n % 2 ? 'routingKey' : 'apiKey']: KEY },
        'fresh',
      ),
    ),
  )
  expect(answers.map(({ status }) => status)).toContain(200)
  const deks = await sql.query(`select id from tenant_deks where tenant_id = 'fresh'`)
  expect(deks).toHaveLength(1)
})

test.each([
  ['nothing', {}, '/values/apiKey'],
  ['an unknown field', { apiKey: KEY, more: KEY }, '/values/more'],
  ['an empty secret', { apiKey: '' }, '/values/apiKey'],
  ['a number', { apiKey: 7 }, '/values/apiKey'],
])('%s is refused by field, without its value', async (_name, values, pointer) => {
  const refused = await put('openai', values)
  expect(refused.status).toBe(422)
  const text = await refused.text()
  expect(JSON.parse(text)).toMatchObject({ errors: [expect.objectContaining({ pointer })] })
  expect(text).not.toContain(KEY)
})

test('an unknown provider is named as the fault', async () => {
  const refused = await put('aws', { key: KEY })
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({
    errors: [{ in: 'param', pointer: '/provider', detail: expect.stringContaining('openai') }],
  })
})

test('deleting is once, and audited like every change', async () => {
  await put('webdav', { username: 'ada', password: 'a password of hers' })
  expect((await app.send('DELETE', `${PATH}/webdav`)).status).toBe(204)
  expect((await app.send('DELETE', `${PATH}/webdav`)).status).toBe(404)
  const entries = await sql.query(
    `select body::json ->> 'event' as event from audit_log where body like '%"webdav"%' order by seq`,
  )
  expect(entries.map(({ event }) => event)).toEqual(['secret.create', 'secret.delete'])
})

test('a new data key seals what comes, and the old one opens what was', async () => {
  await put('openai', { apiKey: KEY }, 'globex')
  await rotateDataKey(contextOf('globex'))
  expect(await readProviderKey(contextOf('globex'), 'openai', 'apiKey')).toBe(KEY)
  const before = await rowsOf('provider_keys')
  await put('openai', { apiKey: `${KEY}-2` }, 'globex')
  expect(await readProviderKey(contextOf('globex'), 'openai', 'apiKey')).toBe(`${KEY}-2`)
  const dekOf = (rows: Record<string, unknown>[]) =>
    rows.find((row) => row['tenant_id'] === 'globex' && row['provider'] === 'openai')?.['sealed']
  expect(String(dekOf(await rowsOf('provider_keys'))).split('.')[2]).not.toBe(
    String(dekOf(before)).split('.')[2],
  )
})

test('after the KEK was changed every data key is wrapped anew, and nothing is lost', async () => {
  const old = app.env.PROVIDER_KEK
  const rotating = {
    PROVIDER_KEK: 'the next kek, of thirty-two characters',
    PROVIDER_KEK_PREVIOUS: old,
  }
  const jobOf = (settings: object) => {
    const { env, log } = contextOf('acme', settings)
    return rewrapDataKeys({ env, log, contextOf: (tenantId) => contextOf(tenantId, settings) })
  }
  // Without an earlier KEK there is nothing to do, and the database is not asked.
  const trips = app.neon.roundTrips()
  expect(await jobOf({})).toBe(0)
  expect(app.neon.roundTrips()).toBe(trips)

  const lost = contextOf('acme', { PROVIDER_KEK: rotating.PROVIDER_KEK })
  await expect(readProviderKey(lost, 'openai', 'apiKey')).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringContaining('PROVIDER_KEK_PREVIOUS'),
  })
  expect(await readProviderKey(contextOf('acme', rotating), 'openai', 'apiKey')).toBe(KEY)

  const sealed = await rowsOf('provider_keys')
  const count = (await sql.query('select count(*)::int as n from tenant_deks'))[0]?.['n']
  expect(await jobOf(rotating)).toBe(count)
  expect(await jobOf(rotating)).toBe(0)
  expect(await rowsOf('provider_keys')).toEqual(sealed)
  expect(await readProviderKey(lost, 'openai', 'apiKey')).toBe(KEY)
  await expect(readProviderKey(contextOf('acme'), 'openai', 'apiKey')).rejects.toMatchObject({
    code: 'misconfigured',
  })
  Object.assign(app.env, { PROVIDER_KEK: rotating.PROVIDER_KEK })
})

test('while nobody can count no key is stored, but one can be taken back', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  await put('pagerduty', { routingKey: 'a routing key of some length' })
  app.upstash.setUp(false)
  const refused = await put('openai', { apiKey: KEY })
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect((await app.send('GET', `${PATH}/pagerduty`)).status).toBe(200)
  expect((await app.send('DELETE', `${PATH}/pagerduty`)).status).toBe(204)
  app.upstash.setUp(true)
  log.mockRestore()
})
