/** The provider end to end, with a stock client (openid-client) that knows nothing of ours. */
import * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { CALLBACK, queryOf, startOAuth, type TestOAuth } from './oauth-harness.ts'
import type { Person } from './tenant-harness.ts'

let app: TestOAuth
let user: Person
beforeAll(async () => {
  app = await startOAuth()
  user = await app.person('grace', 'editor')
})
afterEach(() => app.settle())
afterAll(() => app.close())

async function discover(id: string, authentication: oidc.ClientAuth) {
  const issuer = new URL(app.env.PUBLIC_URL)
  const fetching: oidc.CustomFetch = (url, { body, method, headers }) =>
    app.request(url, {
      method,
      headers,
      body: body instanceof URLSearchParams ? String(body) : null,
    })
  return oidc.discovery(issuer, id, undefined, authentication, {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: fetching,
  })
}

test('a stock client signs a user in, calls the API, renews its token and gives it back', async () => {
  const client = await app.register()
  const config = await discover(client.id, oidc.ClientSecretBasic(client.secret ?? ''))
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email offline_access kb.read',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })

  // Nobody has allowed it yet, so the browser is sent to the page that asks.
  const request = Object.fromEntries(url.searchParams)
  const { location: page } = await app.visit(request, user.cookie)
  expect(page).toBe(app.consentPage(request))
  const view = await app.send(
    'GET',
    `/api/auth/oauth/authorization${url.search}`,
    undefined,
    user.token,
  )
  expect(await view.json()).toEqual({
    client: { id: client.id, name: 'Notes' },
    tenant: { id: app.tenantId, name: 'Analytical Engines' },
    redirectUri: CALLBACK,
    scopes: ['openid', 'profile', 'email', 'offline_access', 'kb.read'],
  })
  const { redirectTo } = await (await app.decide(request, user)).json<{ redirectTo: string }>()

  const tokens = await oidc.authorizationCodeGrant(config, new URL(redirectTo), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  expect(tokens.claims()).toMatchObject({ sub: user.id, aud: client.id, nonce, amr: ['pwd'] })
  expect(tokens.expires_in).toBe(300)
  expect(await oidc.fetchUserInfo(config, tokens.access_token, user.id)).toEqual({
    sub: user.id,
    name: 'grace',
    email: user.email,
    email_verified: true,
  })
  expect(await app.use(tokens.access_token)).toBe(200)

  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
  expect(await app.use(renewed.access_token)).toBe(200)

  await oidc.tokenRevocation(config, renewed.refresh_token ?? '')
  await expect(oidc.refreshTokenGrant(config, renewed.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  expect(await app.events()).toEqual(
    expect.arrayContaining(['oauth.client.create', 'oauth.authorize', 'oauth.revoke']),
  )
})

test('a public client needs no secret, and PKCE all the same', async () => {
  const client = await app.register({
    type: 'public',
    redirectUris: ['http://127.0.0.1:4711/cb', 'com.example.notes:/cb'],
  })
  expect(client.secret).toBeNull()
  const config = await discover(client.id, oidc.None())
  const verifier = oidc.randomPKCECodeVerifier()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: 'http://127.0.0.1:4711/cb',
    scope: 'kb.read',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const request = Object.fromEntries(url.searchParams)
  const { redirectTo } = await (await app.decide(request, user)).json<{ redirectTo: string }>()
  const tokens = await oidc.authorizationCodeGrant(config, new URL(redirectTo), {
    pkceCodeVerifier: verifier,
  })
  expect(tokens).not.toHaveProperty('refresh_token')
  expect(await app.use(tokens.access_token)).toBe(200)
  // Another program of the machine may listen there, so a consent is not remembered.
  expect((await app.visit(request, user.cookie)).location).toContain('/console/consent')
})

test('a service signs itself in, for what it was registered for and no more', async () => {
  const client = await app.register({
    grantTypes: ['client_credentials'],
    redirectUris: [],
    scopes: ['kb.read', 'flag.read'],
  })
  const config = await discover(client.id, oidc.ClientSecretPost(client.secret ?? ''))
  const all = await oidc.clientCredentialsGrant(config)
  expect(all.scope).toBe('kb.read flag.read')
  expect(await app.use(all.access_token)).toBe(200)
  expect(await app.use(all.access_token, '/api/admin/users')).toBe(403)
  expect(await app.use(all.access_token, '/api/users/me')).toBe(403)
  const some = await oidc.clientCredentialsGrant(config, { scope: 'flag.read' })
  expect(await app.use(some.access_token)).toBe(403)
  expect(await app.use(some.access_token, '/api/admin/feature-flags')).toBe(200)
  await expect(oidc.clientCredentialsGrant(config, { scope: 'kb.write' })).rejects.toMatchObject({
    error: 'invalid_scope',
  })
  await oidc.tokenRevocation(config, some.access_token)
})

test('what is offered is what there is, and both documents say the same', async () => {
  const documents = await Promise.all(
    ['oauth-authorization-server', 'openid-configuration'].map(async (name) =>
      (await app.knock(`/.well-known/${name}`)).json<Record<string, unknown>>(),
    ),
  )
  expect(documents[0]).toEqual(documents[1])
  expect(documents[0]).toMatchObject({
    issuer: app.env.PUBLIC_URL,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
    authorization_response_iss_parameter_supported: true,
  })
  expect(documents[0]?.scopes_supported).not.toContain('key.manage')
  const { keys } = await (await app.knock('/.well-known/jwks.json')).json<{ keys: object[] }>()
  expect(keys).toEqual((await app.binding.jwks()).keys)
})

test('pages of any origin reach the endpoints that look at no cookie, and no others', async () => {
  const headers = { origin: 'https://notes.example' }
  const preflight = await app.request('/oauth/token', {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-method': 'POST' },
  })
  expect(preflight.status).toBe(204)
  const answer = await app.form('/oauth/token', { grant_type: 'x' }, headers)
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://notes.example')
  expect(answer.status).toBe(401)
  const authorize = await app.request('/oauth/authorize', { headers })
  expect(authorize.headers.get('access-control-allow-origin')).toBeNull()
})

test('off, nothing of it is there', async () => {
  const client = await app.register()
  Object.assign(app.settings, { OAUTH_PROVIDER: 'off' })
  const { request } = app.ask(client.id)
  const paths = [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/jwks.json',
    `/oauth/authorize?${queryOf(request)}`,
    '/oauth/userinfo',
    '/api/auth/oauth/consents',
    '/api/admin/oauth-clients',
  ]
  for (const path of paths) {
    const answer = await app.send('GET', path, undefined, app.owner.accessToken)
    expect([path, answer.status]).toEqual([path, 404])
  }
  for (const path of ['/oauth/token', '/oauth/revoke']) {
    const answer = await app.form(path, { grant_type: 'client_credentials', token: 'x' })
    expect([path, answer.status]).toEqual([path, 404])
  }
  Object.assign(app.settings, { OAUTH_PROVIDER: 'on' })
})
