/** API keys from the edge to the database: made, exchanged, rotated, revoked; by whom and for how long. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { authenticate, confirm } from '../../workers/identity/service.ts'
import { problemOf, sessionOf, startIdentity } from './identity-harness.ts'

const PATH = '/api/admin/api-keys'
const HOUR = 3_600_000
const DAY = 24 * HOUR

let app: Awaited<ReturnType<typeof startIdentity>>
let owner: string
let tenantId: string

beforeAll(async () => {
  app = await startIdentity()
  const session = await sessionOf(await app.setUp())
  owner = session.accessToken
  tenantId = session.tenant.id
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app.close())

const sql = (text: string, values: unknown[] = []) =>
  connect(app.database.owner).query(text, values)

/** As the named credential, the owner's unless told. */
const call = (method: string, path: string, body?: unknown, credential = owner) =>
  app.send(method, path, body, credential)

async function make(body: Record<string, unknown> = {}): Promise<ApiKeySecret> {
  const given = { name: 'Nightly import', scopes: ['flag.read'], ...body }
  const response = await call('POST', PATH, given)
  expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store'])
  return response.json()
}

/** What the edge answers to a request with the key: 200, or the refusal. */
const use = async (key: string, path = '/api/admin/feature-flags', headers = {}) =>
  (await app.request(path, { headers: { authorization: `Bearer ${key}`, ...headers } })).status

/** Only dates: the database's driver needs its timers. */
const advance = (ms: number) => {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + ms })
}

test('a key is shown once, and stored as a hash', async () => {
  const made = await make()
  expect(made.key).toMatch(/^va_live_[0-9A-Za-z]{17}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/)
  expect(made).toMatchObject({ name: 'Nightly import', scopes: ['flag.read'], status: 'active' })
  expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(90 * DAY)
  const list = await (await call('GET', PATH)).text()
  expect(list).toContain(made.id)
  const stored = JSON.stringify(await sql('select * from auth.api_keys'))
  const secret = made.key.split('_')[3] ?? ''
  for (const place of [list, stored]) expect(place).not.toContain(secret)
})

test('a key may what its scopes say, and no more', async () => {
  const { key } = await make()
  expect(await use(key)).toBe(200)
  const denied = await app.send('POST', '/api/ask', { question: 'What is this?' }, key)
  expect(await problemOf(denied)).toMatchObject({
    status: 403,
    detail: 'This needs the permission rag.query.',
  })
  expect(await use(key, PATH)).toBe(403)
})

test.each([
  ['a scope of people', { scopes: ['key.manage'] }, '/scopes/0'],
  ['a scope nobody knows', { scopes: ['everything'] }, '/scopes/0'],
  ['no scope', { scopes: undefined }, '/scopes'],
  ['a sensitive scope without saying so', { scopes: ['phi.read'] }, '/allowSensitive'],
  ['a life too long', { expiresInDays: 366 }, '/expiresInDays'],
  ['no name', { name: ' ' }, '/name'],
  ['origins for a server’s key', { origins: ['https://a.example'] }, '/origins'],
  [
    'a path as origin',
    { kind: 'client', scopes: undefined, origins: ['https://a.example/x'] },
    '/origins/0',
  ],
  ['scopes for a client key', { kind: 'client' }, '/scopes'],
])('a key with %s is refused, and the field is named', async (_name, body, pointer) => {
  const given = { name: 'Key', scopes: ['flag.read'], ...body }
  const problem = await problemOf(await call('POST', PATH, given))
  expect(problem).toMatchObject({ status: 422, errors: [{ pointer }] })
})

test('nobody hands out what they do not have themselves', async () => {
  await sql(`update auth.members set role = 'admin'`)
  const sensitive = { name: 'Key', scopes: ['phi.read'], allowSensitive: true }
  const problem = await problemOf(await call('POST', PATH, sensitive))
  await sql(`update auth.members set role = 'owner'`)
  expect(problem).toMatchObject({
    status: 403,
    detail: 'A key can do no more than you; you lack the permission phi.read.',
  })
  expect((await call('POST', PATH, sensitive)).status).toBe(201)
})

test('a role that does not manage keys is refused by the identity Worker itself', async () => {
  await sql(`update auth.members set role = 'editor'`)
  const { status } = await call('GET', PATH)
  await sql(`update auth.members set role = 'owner'`)
  expect(status).toBe(403)
})

test('twenty first uses at once are one exchange, and later ones none', async () => {
  const { key } = await make()
  const before = app.binding.exchanges
  const statuses = await Promise.all(Array.from({ length: 20 }, () => use(key)))
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(app.binding.exchanges - before).toBe(1)
  for (let n = 0; n < 5; n++) await use(key)
  expect(app.binding.exchanges - before).toBe(1)
})

test('a key that cannot be one is asked about nowhere; one that is nobody’s, once', async () => {
  const { key, id } = await make()
  const before = app.binding.exchanges
  expect(await use(key.slice(0, -1))).toBe(401)
  expect(await use(key.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))).toBe(401)
  expect(app.binding.exchanges).toBe(before)

  await sql('update auth.api_keys set secret_hash = $1 where id = $2', ['x'.repeat(43), id])
  const answers = [await use(key), await use(key), await use(key)]
  expect(answers).toEqual([401, 401, 401])
  expect(app.binding.exchanges - before).toBe(1)
})

test('the refusal says the same of every bad key', async () => {
  const { key, id } = await make()
  await call('DELETE', `${PATH}/${id}`)
  const texts = await Promise.all(
    ['va_live_', key].map(async (text) => {
      const response = await call('GET', '/api/admin/feature-flags', undefined, text)
      return (await problemOf(response))['detail']
    }),
  )
  expect(new Set(texts).size).toBe(1)
})

test('a revoked key is refused a minute later everywhere, and at once where it is looked at afresh', async () => {
  const { key, id } = await make({ scopes: ['flag.read', 'phi.read'], allowSensitive: true })
  advance(0)
  expect(await use(key)).toBe(200)
  const headers = new Headers({ authorization: `Bearer ${key}` })
  const caller = await authenticate(app.env, headers)
  await expect(confirm(app.env, caller, 'phi.read')).resolves.toBeUndefined()
  await expect(confirm(app.env, caller, 'kb.read')).rejects.toMatchObject({ code: 'forbidden' })
  expect((await call('DELETE', `${PATH}/${id}`)).status).toBe(204)
  expect((await call('DELETE', `${PATH}/${id}`)).status).toBe(204)

  await expect(confirm(app.env, caller, 'phi.read')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
  advance(59_000)
  expect(await use(key)).toBe(200)
  advance(1500)
  expect(await use(key)).toBe(401)
})

test('after a rotation both secrets work, then the new one alone', async () => {
  const first = await make()
  const second = await rotate(first.id, { overlapHours: 2, expiresInDays: 10 })
  expect(second.id).toBe(first.id)
  expect([await use(first.key), await use(second.key)]).toEqual([200, 200])
  advance(2 * HOUR + 61_000)
  expect([await use(first.key), await use(second.key)]).toEqual([401, 200])
})

test('an overlap is kept: the next rotation waits, or ends all secrets at once', async () => {
  const first = await make()
  const [a, b] = await Promise.all([1, 2].map(() => call('POST', `${PATH}/${first.id}/rotate`, {})))
  expect([a?.status, b?.status].toSorted()).toEqual([200, 409])
  const last = await rotate(first.id, { overlapHours: 0 })
  expect(last.previousExpiresAt).toBeNull()
  const winner: ApiKeySecret = await (a?.status === 200 ? a : b)!.json()
  expect([await use(first.key), await use(winner.key), await use(last.key)]).toEqual([
    401, 401, 200,
  ])
})

async function rotate(id: string, body: object): Promise<ApiKeySecret> {
  const response = await call('POST', `${PATH}/${id}/rotate`, body)
  expect(response.status).toBe(200)
  return response.json()
}

test('a revoked key cannot be rotated, an unknown one is not there', async () => {
  const { id } = await make()
  await call('DELETE', `${PATH}/${id}`)
  expect((await call('POST', `${PATH}/${id}/rotate`, {})).status).toBe(409)
  expect((await call('POST', `${PATH}/nobody/rotate`, {})).status).toBe(404)
  expect((await call('DELETE', `${PATH}/nobody`)).status).toBe(404)
})

test('another tenant’s keys are not there', async () => {
  const { id, key } = await make()
  await sql(
    `insert into auth.organizations (id, name, slug, created_at) values ('other', 'Other', 'other', now())`,
  )
  await sql(`update auth.api_keys set tenant_id = 'other' where id = $1`, [id])
  expect((await call('DELETE', `${PATH}/${id}`)).status).toBe(404)
  expect((await call('POST', `${PATH}/${id}/rotate`, {})).status).toBe(404)
  expect(await (await call('GET', PATH)).text()).not.toContain(id)
  expect(await (await call('GET', `${PATH}?cursor=${id}`)).json()).toEqual({
    items: [],
    nextCursor: null,
  })
  const caller = await authenticate(app.env, new Headers({ authorization: `Bearer ${key}` }))
  expect(caller.tenantId).toBe('other')
})

test('an expired key is refused to the second, also by those who remember it', async () => {
  const { key, id } = await make()
  await sql(`update auth.api_keys set expires_at = now() + interval '30 seconds' where id = $1`, [
    id,
  ])
  expect(await use(key)).toBe(200)
  advance(31_000)
  expect(await use(key)).toBe(401)
})

test('the last use is written, at most once a minute', async () => {
  const { key, id } = await make()
  const lastUse = async () =>
    (await sql('select last_used_at::text as at from auth.api_keys where id = $1', [id]))[0]?.['at']
  expect(await lastUse()).toBeNull()
  await use(key)
  await app.settle()
  const first = await lastUse()
  expect(first).not.toBeNull()
  await app.binding.exchangeKey(key)
  await app.settle()
  expect(await lastUse()).toBe(first)
  advance(61_000)
  await app.binding.exchangeKey(key)
  await app.settle()
  expect(await lastUse()).not.toBe(first)
})

test('while identity is down known keys work and unknown ones are told to come back', async () => {
  const [known, other] = [await make(), await make()]
  expect(await use(known.key)).toBe(200)
  app.binding.isDown = true
  advance(70_000)
  expect([await use(known.key), await use(known.key)]).toEqual([200, 200])
  const refused = await call('GET', '/api/admin/feature-flags', undefined, other.key)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  advance(301_000)
  expect(await use(known.key)).toBe(503)
  app.binding.isDown = false
  expect(await use(other.key)).toBe(200)
})

test('the log tells of every change to a key, and of its first use, once', async () => {
  const { key, id } = await make()
  await Promise.all([app.binding.exchangeKey(key), app.binding.exchangeKey(key)])
  await app.settle()
  await rotate(id, { overlapHours: 0 })
  await call('DELETE', `${PATH}/${id}`)
  await call('DELETE', `${PATH}/${id}`)
  const rows = await connect(app.database.owner).transaction([
    connect(app.database.owner).query(`select set_config('app.tenant_id', $1, true)`, [tenantId]),
    connect(app.database.owner).query(
      'select event, actor, body from audit_log where resource = $1 order by seq',
      [`api_key:${id}`],
    ),
  ])
  const entries = rows[1] as { event: string; actor: string; body: string }[]
  expect(entries.map(({ event }) => event)).toEqual([
    'apikey.create',
    'apikey.use.first',
    'apikey.rotate',
    'apikey.revoke',
  ])
  expect(entries[1]?.actor).toBe(id)
  expect(JSON.stringify(entries)).not.toContain(key.split('_')[3])
})

test('keys come page by page, newest first', async () => {
  const made = [await make(), await make(), await make()].map(({ id }) => id)
  const page = async (query: string) =>
    (await call('GET', `${PATH}?limit=2${query}`)).json<{
      items: { id: string }[]
      nextCursor: string
    }>()
  const first = await page('')
  expect(first.items.map(({ id }) => id)).toEqual([made[2], made[1]])
  expect((await page(`&cursor=${first.nextCursor}`)).items[0]?.id).toBe(made[0])
})
