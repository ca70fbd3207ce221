/** Registered applications: who registers which, their secrets, and their end. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type {
  OAuthClientPage,
  OAuthClientSecret,
} from '../../workers/identity/oauth-client-schemas.ts'
import { problemOf, statusesOf } from './identity-harness.ts'
import { CALLBACK, CLIENTS, credentialsOf, startOAuth, type TestOAuth } from './oauth-harness.ts'

const HOUR_MS = 3_600_000

let app: TestOAuth
beforeAll(async () => {
  app = await startOAuth()
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app.close())

const SERVICE = { grantTypes: ['client_credentials'], redirectUris: [] }
const call = (method: string, path: string, body?: unknown, who = app.owner.accessToken) =>
  app.send(method, path, body, who)
const signIn = async (client: OAuthClientSecret, secret = client.secret) => {
  const fields = { ...credentialsOf({ ...client, secret }), grant_type: 'client_credentials' }
  return app.form('/oauth/token', fields)
}

test('a secret is shown once, stored as a hash, and never listed', async () => {
  const client = await app.register(SERVICE)
  expect(client.secret).toMatch(/^va_oauth_[\w-]{43}$/)
  const page = await (await call('GET', `${CLIENTS}?limit=1`)).json<OAuthClientPage>()
  expect(page.items).toMatchObject([{ id: client.id, status: 'active', scopes: client.scopes }])
  expect(page.scopes).toContainEqual({ name: 'kb.read', isSensitive: false })
  expect(page.scopes).toContainEqual({ name: 'phi.read', isSensitive: true })
  expect(page.scopes.map(({ name }) => name)).not.toContain('key.manage')
  expect(JSON.stringify(page)).not.toContain(client.secret)
  const [row] = await app.sql.query('select * from auth.oauth_clients where id = $1', [client.id])
  expect(JSON.stringify(row)).not.toContain(client.secret)
  const second = await app.register(SERVICE)
  const newest = await (await call('GET', `${CLIENTS}?limit=1`)).json<OAuthClientPage>()
  expect([newest.items[0]?.id, newest.nextCursor]).toEqual([second.id, second.id])
  const next = await call('GET', `${CLIENTS}?limit=1&cursor=${second.id}`)
  expect((await next.json<OAuthClientPage>()).items[0]?.id).toBe(client.id)
})

const VALID = {
  name: 'Notes',
  type: 'confidential',
  grantTypes: ['authorization_code'],
  redirectUris: [CALLBACK],
  scopes: ['kb.read'],
}

test.each([
  ['a page of http', { redirectUris: ['http://notes.example/cb'] }, '/redirectUris/0'],
  ['a fragment', { redirectUris: [`${CALLBACK}#x`] }, '/redirectUris/0'],
  ['a script', { redirectUris: ['javascript:alert(1)'] }, '/redirectUris/0'],
  ['credentials', { redirectUris: ['https://a:b@notes.example/'] }, '/redirectUris/0'],
  ['a pattern', { redirectUris: ['https://*.example/cb'] }, '/redirectUris/0'],
  ['no redirect URI', { redirectUris: [] }, '/redirectUris'],
  ['a redirect URI of a service', { grantTypes: ['client_credentials'] }, '/redirectUris'],
  ['a public service', { ...SERVICE, type: 'public' }, '/grantTypes'],
  ['what is for people', { scopes: ['key.manage'] }, '/scopes/0'],
  ['an unknown scope', { scopes: ['everything'] }, '/scopes/0'],
  ['a sensitive scope unsaid', { scopes: ['phi.read'] }, '/allowSensitive'],
  ['an unknown field', { secret: 'mine' }, '/secret'],
])('%s is refused by its field', async (_name, change, pointer) => {
  const problem = await problemOf(await call('POST', CLIENTS, { ...VALID, ...change }))
  expect(problem).toMatchObject({ status: 422, errors: [{ pointer }] })
})

test('nobody registers what could do more than they, and no program registers anything', async () => {
  const admin = await app.person('admin', 'admin')
  const scopes = ['phi.read']
  const body = { ...VALID, scopes, allowSensitive: true }
  const refused = await problemOf(await call('POST', CLIENTS, body, admin.token))
  expect(refused).toMatchObject({ status: 403, detail: expect.stringContaining('phi.read') })
  const client = await app.register({ scopes, allowSensitive: true })
  const rotated = await call('POST', `${CLIENTS}/${client.id}/rotate`, {}, admin.token)
  expect(rotated.status).toBe(403)
})

test('a rotated secret is good beside the new one until its overlap ends', async () => {
  const client = await app.register(SERVICE)
  const answer = await call('POST', `${CLIENTS}/${client.id}/rotate`, { overlapHours: 1 })
  const rotated = await answer.json<OAuthClientSecret>()
  expect((await signIn(client)).status).toBe(200)
  expect((await signIn(rotated)).status).toBe(200)
  const cut = await problemOf(await call('POST', `${CLIENTS}/${client.id}/rotate`, {}))
  expect(cut).toMatchObject({ status: 409 })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR_MS + 1000 })
  expect((await signIn(client)).status).toBe(401)
  expect((await signIn(rotated)).status).toBe(200)
})

test('of ten rotations at once one wins; a public client has nothing to rotate', async () => {
  const client = await app.register(SERVICE)
  const path = `${CLIENTS}/${client.id}/rotate`
  const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', path, {})))
  expect(statusesOf(answers)).toEqual([200, ...Array<number>(9).fill(409)])
  const plain = await app.register({ type: 'public' })
  expect((await call('POST', `${CLIENTS}/${plain.id}/rotate`, {})).status).toBe(409)
})

test('revoked, it signs in no more, its tokens are refused, and nobody is asked for it', async () => {
  const client = await app.register({
    ...VALID,
    grantTypes: ['authorization_code', 'client_credentials'],
  })
  const user = await app.person('grace', 'editor')
  const service = await (await signIn(client)).json<{ access_token: string }>()
  const delegated = await app.authorizeFully(client, user)
  const held = [service.access_token, delegated.access_token]
  for (const token of held) expect(await app.useElsewhere(token)).toBe(200)
  expect(await app.binding.permissionsOfKey(client.id, app.tenantId)).toEqual(['kb.read'])

  for (const expected of [204, 204]) {
    expect((await call('DELETE', `${CLIENTS}/${client.id}`)).status).toBe(expected)
  }
  for (const token of held) expect(await app.useElsewhere(token)).toBe(401)
  expect((await signIn(client)).status).toBe(401)
  expect((await app.refresh(client, delegated.refresh_token)).status).toBe(401)
  expect(await app.binding.permissionsOfKey(client.id, app.tenantId)).toBeNull()
  expect((await app.visit(app.ask(client.id).request, user.cookie)).status).toBe(422)
  const revocations = (await app.events()).filter((event) => event === 'oauth.client.revoke')
  expect(revocations).toHaveLength(1)
})
