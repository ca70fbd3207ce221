/** API keys from the edge to the database: who makes them, what they open, what is told of them. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { authenticate } from '../../workers/identity/service.ts'
import { HOUR, PATH, startKeys } from './api-key-harness.ts'
import { problemOf } from './identity-harness.ts'

let keys: Awaited<ReturnType<typeof startKeys>>
beforeAll(async () => {
  keys = await startKeys()
})
afterEach(async () => {
  vi.useRealTimers()
  await keys.app.settle()
})
afterAll(() => keys.app.close())

test('a key is shown once, and stored as a hash', async () => {
  const made = await keys.make()
  expect(made.key).toMatch(/^va_live_[0-9A-Za-z]{17}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/)
  expect(made).toMatchObject({ name: 'Nightly import', scopes: ['flag.read'], status: 'active' })
  expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(90 * 24 * HOUR)
  const list = await (await keys.call('GET', PATH)).text()
  expect(list).toContain(made.id)
  const stored = JSON.stringify(await keys.sql('select * from auth.api_keys'))
  const secret = made.key.split('_')[3] ?? ''
  for (const place of [list, stored]) expect(place).not.toContain(secret)
})

test('a key may what its scopes say, and no more', async () => {
  const { key } = await keys.make()
  expect(await keys.use(key)).toBe(200)
  const denied = await keys.app.send('POST', '/api/ask', { question: 'What is this?' }, key)
  expect(await problemOf(denied)).toMatchObject({
    status: 403,
    detail: 'This needs the permission rag.query.',
  })
  expect(await keys.use(key, PATH)).toBe(403)
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
  const problem = await problemOf(await keys.call('POST', PATH, given))
  expect(problem).toMatchObject({ status: 422, errors: [{ pointer }] })
})

test('nobody hands out what they do not have themselves', async () => {
  await keys.sql(`update auth.members set role = 'admin'`)
  const sensitive = { name: 'Key', scopes: ['phi.read'], allowSensitive: true }
  const problem = await problemOf(await keys.call('POST', PATH, sensitive))
  await keys.sql(`update auth.members set role = 'owner'`)
  expect(problem).toMatchObject({
    status: 403,
    detail: 'A key can do no more than you; you lack the permission phi.read.',
  })
  expect((await keys.call('POST', PATH, sensitive)).status).toBe(201)
})

test('a role that does not manage keys is refused by the identity Worker itself', async () => {
  await keys.sql(`update auth.members set role = 'editor'`)
  const { status } = await keys.call('GET', PATH)
  await keys.sql(`update auth.members set role = 'owner'`)
  expect(status).toBe(403)
})

test('twenty first uses at once are one exchange, and later ones none', async () => {
  const { key } = await keys.make()
  const before = keys.app.binding.exchanges
  const statuses = await Promise.all(Array.from({ length: 20 }, () => keys.use(key)))
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(keys.app.binding.exchanges - before).toBe(1)
  for (let n = 0; n < 5; n++) await keys.use(key)
  expect(keys.app.binding.exchanges - before).toBe(1)
})

test('a key that cannot be one is asked about nowhere; one that is nobody’s, once', async () => {
  const { key, id } = await keys.make()
  const before = keys.app.binding.exchanges
  expect(await keys.use(key.slice(0, -1))).toBe(401)
  expect(await keys.use(key.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))).toBe(401)
  expect(keys.app.binding.exchanges).toBe(before)

  await keys.sql('update auth.api_keys set secret_hash = $1 where id = $2', ['x'.repeat(43), id])
  const answers = [await keys.use(key), await keys.use(key), await keys.use(key)]
  expect(answers).toEqual([401, 401, 401])
  expect(keys.app.binding.exchanges - before).toBe(1)
})

test('the refusal says the same of every bad key', async () => {
  const { key, id } = await keys.make()
  await keys.call('DELETE', `${PATH}/${id}`)
  const texts = await Promise.all(
    ['va_live_', key].map(async (text) => {
      const response = await keys.call('GET', '/api/admin/feature-flags', undefined, text)
      return (await problemOf(response))['detail']
    }),
  )
  expect(new Set(texts).size).toBe(1)
})

test('another tenant’s keys are not there', async () => {
  const { id, key } = await keys.make()
  await keys.sql(
    `insert into auth.organizations (id, name, slug, created_at) values ('other', 'Other', 'other', now())`,
  )
  await keys.sql(`update auth.api_keys set tenant_id = 'other' where id = $1`, [id])
  expect((await keys.call('DELETE', `${PATH}/${id}`)).status).toBe(404)
  expect((await keys.call('POST', `${PATH}/${id}/rotate`, {})).status).toBe(404)
  expect(await (await keys.call('GET', PATH)).text()).not.toContain(id)
  expect(await (await keys.call('GET', `${PATH}?cursor=${id}`)).json()).toMatchObject({
    items: [],
    nextCursor: null,
  })
  const caller = await authenticate(keys.app.env, new Headers({ authorization: `Bearer ${key}` }))
  expect(caller.tenantId).toBe('other')
})

test('the log tells of every change to a key, and of its first use, once', async () => {
  const { key, id } = await keys.make()
  await Promise.all([keys.app.binding.exchangeKey(key), keys.app.binding.exchangeKey(key)])
  await keys.app.settle()
  await keys.rotate(id, { overlapHours: 0 })
  await keys.call('DELETE', `${PATH}/${id}`)
  await keys.call('DELETE', `${PATH}/${id}`)
  const rows = await connect(keys.app.database.owner).transaction([
    connect(keys.app.database.owner).query(`select set_config('app.tenant_id', $1, true)`, [
      keys.tenantId,
    ]),
    connect(keys.app.database.owner).query(
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
  const made = [await keys.make(), await keys.make(), await keys.make()].map(({ id }) => id)
  const page = async (query: string) =>
    (await keys.call('GET', `${PATH}?limit=2${query}`)).json<{
      items: { id: string }[]
      nextCursor: string
    }>()
  const first = await page('')
  expect(first.items.map(({ id }) => id)).toEqual([made[2], made[1]])
  expect((await page(`&cursor=${first.nextCursor}`)).items[0]?.id).toBe(made[0])
})

test('the list says what its reader may let a key do, and what of it is sensitive', async () => {
  const page = await (await keys.call('GET', PATH)).json()
  const { scopes } = page as { scopes: { name: string; isSensitive: boolean }[] }
  expect(scopes).toContainEqual({ name: 'kb.read', isSensitive: false })
  expect(scopes).toContainEqual({ name: 'phi.read', isSensitive: true })
  expect(scopes.map(({ name }) => name)).not.toContain('key.manage')
})
