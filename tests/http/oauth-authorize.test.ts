/** Authorization requests: what is told to the client, what is not, and when the user is asked. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { OAuthClientSecret } from '../../workers/identity/oauth-client-schemas.ts'
import { problemOf } from './identity-harness.ts'
import { CALLBACK, queryOf, startOAuth, type TestOAuth } from './oauth-harness.ts'
import type { Person } from './tenant-harness.ts'

let app: TestOAuth
let client: OAuthClientSecret
let user: Person
beforeAll(async () => {
  app = await startOAuth()
  client = await app.register()
  user = await app.person('grace', 'editor')
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app.close())

/** What the client is told by the address the browser was sent to. */
function told(location: string) {
  const url = new URL(location)
  expect(location.startsWith(`${CALLBACK}?`)).toBe(true)
  expect(url.searchParams.get('iss')).toBe(app.env.PUBLIC_URL)
  expect(url.searchParams.get('state')).toBe('a state')
  return url.searchParams.get('error') ?? 'code'
}

test.each([
  ['an unknown client', { client_id: 'nobody' }, '/client_id'],
  ['a redirect URI with a slash more', { redirect_uri: `${CALLBACK}/` }, '/redirect_uri'],
  ['a redirect URI with a query', { redirect_uri: `${CALLBACK}?x=1` }, '/redirect_uri'],
  ['a redirect URI in capitals', { redirect_uri: CALLBACK.toUpperCase() }, '/redirect_uri'],
  ['somebody else’s redirect URI', { redirect_uri: 'https://evil.example' }, '/redirect_uri'],
])('%s is told to nobody but the user', async (_name, more, pointer) => {
  const { request } = app.ask(client.id, more)
  const { status, location, answer } = await app.visit(request, user.cookie)
  expect([status, location]).toEqual([422, ''])
  expect(await problemOf(answer)).toMatchObject({ errors: [{ pointer }] })
  const decided = await problemOf(await app.decide(request, user))
  expect(decided).toMatchObject({ status: 422, errors: [{ pointer }] })
})

test('a parameter that comes twice is no request', async () => {
  const { request } = app.ask(client.id)
  const answer = await app.request(`/oauth/authorize?${queryOf(request)}&state=b`)
  expect([answer.status, answer.headers.get('location')]).toEqual([422, null])
})

const without = (name: string, { [name]: _gone, ...rest }: Record<string, string>) => rest

test.each([
  ['response type token', { response_type: 'token' }, 'unsupported_response_type'],
  ['response mode fragment', { response_mode: 'fragment' }, 'invalid_request'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a challenge of another length', { code_challenge: 'abc' }, 'invalid_request'],
  ['a scope it is not registered for', { scope: 'openid kb.write' }, 'invalid_scope'],
  ['a scope nobody may have', { scope: 'key.manage' }, 'invalid_scope'],
  ['no scope', { scope: ' ' }, 'invalid_scope'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ['a request by address', { request_uri: 'https://x.example' }, 'request_uri_not_supported'],
  ['a sign-in anew', { prompt: 'login' }, 'login_required'],
  ['another account', { prompt: 'select_account' }, 'account_selection_required'],
  ['a prompt nobody knows', { prompt: 'please' }, 'invalid_request'],
  ['two prompts at odds', { prompt: 'none consent' }, 'invalid_request'],
  ['an age that is no number', { max_age: 'old' }, 'invalid_request'],
])('%s is told to the client', async (_name, more, error) => {
  const { request } = app.ask(client.id, more)
  expect(told((await app.visit(request, user.cookie)).location)).toBe(error)
  const view = `/api/auth/oauth/authorization?${queryOf(request)}`
  expect((await app.send('GET', view, undefined, user.token)).status).toBe(422)
})

test('a request without PKCE, or without a response type, is told to the client', async () => {
  const { request } = app.ask(client.id)
  for (const name of ['code_challenge', 'code_challenge_method', 'response_type']) {
    const { location } = await app.visit(without(name, request), user.cookie)
    expect(told(location)).toBe('invalid_request')
  }
})

test('a service that has no users cannot ask any', async () => {
  const service = await app.register({ grantTypes: ['client_credentials'], redirectUris: [] })
  await app.sql.query('update auth.oauth_clients set redirect_uris = $1 where id = $2', [
    [CALLBACK],
    service.id,
  ])
  const { request } = app.ask(service.id)
  expect(told((await app.visit(request, user.cookie)).location)).toBe('unauthorized_client')
})

test('nobody is asked behind their back: prompt none ends where a question would begin', async () => {
  const { request } = app.ask(client.id, { prompt: 'none' })
  expect(told((await app.visit(request)).location)).toBe('login_required')
  expect(told((await app.visit(request, user.cookie)).location)).toBe('consent_required')
})

test('what a user allowed once is not asked again; more of it is, and so is what says so', async () => {
  const eve = await app.person('eve', 'editor')
  const { request } = app.ask(client.id)
  const page = app.consentPage(request)
  expect((await app.visit(request)).location).toBe(page)
  expect((await app.visit(request, eve.cookie)).location).toBe(page)
  const denied = await app.decide(request, eve, false)
  expect(told((await denied.json<{ redirectTo: string }>()).redirectTo)).toBe('access_denied')
  expect((await app.visit(request, eve.cookie)).location).toBe(page)

  await app.codeOf(request, eve)
  expect(told((await app.visit(request, eve.cookie)).location)).toBe('code')
  expect(told((await app.visit({ ...request, prompt: 'none' }, eve.cookie)).location)).toBe('code')
  const more = { ...request, scope: `${request.scope} flag.read` }
  expect((await app.visit(more, eve.cookie)).location).toContain('/console/consent')
  await app.codeOf(more, eve)
  expect(told((await app.visit(request, eve.cookie)).location)).toBe('code')
  const asking = { ...request, prompt: 'consent' }
  expect((await app.visit(asking, eve.cookie)).location).toContain('/console/consent')

  const consents = await app.send('GET', '/api/auth/oauth/consents', undefined, eve.token)
  expect(await consents.json()).toMatchObject({
    items: [
      {
        client: { id: client.id, name: 'Notes' },
        scopes: ['flag.read', 'kb.read', 'offline_access', 'openid'],
      },
    ],
  })
  await app.send('DELETE', `/api/auth/oauth/consents/${client.id}`, undefined, eve.token)
  expect((await app.visit(request, eve.cookie)).location).toBe(page)
})

test('a session older than the client wants is no proof', async () => {
  const { request } = app.ask(client.id, { max_age: '60' })
  const { location } = await app.visit(request, user.cookie)
  expect(location).toContain('/console/consent')
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 62_000 })
  expect(told((await app.visit(request, user.cookie)).location)).toBe('login_required')
})

test('a user gives no more than they hold, and nothing of a tenant they are not in', async () => {
  const writer = await app.register({ scopes: ['kb.read', 'kb.write'] })
  const viewer = await app.person('viewer', 'viewer')
  const { request } = app.ask(writer.id, { scope: 'kb.read kb.write' })
  const view = `/api/auth/oauth/authorization?${queryOf(request)}`
  const question = await (await app.send('GET', view, undefined, viewer.token)).json()
  expect(question).toMatchObject({ scopes: ['kb.read'] })
  const tokens = await app.authorizeFully(writer, viewer, { scope: 'kb.read kb.write' })
  expect(tokens.scope).toBe('kb.read')
  const only = app.ask(writer.id, { scope: 'kb.write' })
  const nothing = await app.decide(only.request, viewer)
  expect(told((await nothing.json<{ redirectTo: string }>()).redirectTo)).toBe('access_denied')

  const { owner: stranger } = await app.tenant('globex')
  const denied = await app.decide(request, stranger)
  expect(told((await denied.json<{ redirectTo: string }>()).redirectTo)).toBe('access_denied')
  expect(told((await app.visit(request, stranger.cookie)).location)).toBe('access_denied')
  expect((await app.send('GET', view, undefined, stranger.token)).status).toBe(422)
})

test('a page of another origin cannot decide', async () => {
  const { request } = app.ask(client.id)
  const answer = await app.post(
    '/api/auth/oauth/authorization',
    { request, allow: true },
    { authorization: `Bearer ${user.token}`, origin: 'https://evil.example' },
  )
  expect(answer.status).toBe(403)
})
