/** Codes and tokens in the wrong hands, twice, at once, too late; and authorizations that end. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Permission, PERMISSIONS, PERSONAL } from '../../shared/context.ts'
import type { OAuthClientSecret } from '../../workers/identity/oauth-client-schemas.ts'
import { statusesOf } from './identity-harness.ts'
import {
  CALLBACK,
  credentialsOf,
  failureOf,
  queryOf,
  startOAuth,
  type TestOAuth,
} from './oauth-harness.ts'
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

/** Stops the clock that many milliseconds from now. */
const advance = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })

/** A code, and what the client would redeem it with. */
async function coded(who = user, more: Record<string, string> = {}) {
  const { request, verifier } = app.ask(client.id, more)
  const code = await app.codeOf(request, who)
  return { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK }
}

const redeem = (fields: Record<string, string>, of = client) =>
  app.form('/oauth/token', { ...credentialsOf(of), ...fields })

const without = (name: string) => (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name))

const FAULTS: [string, string, (fields: Record<string, string>) => Record<string, string>][] = [
  ['another verifier', 'invalid_grant', (f) => ({ ...f, code_verifier: 'x'.repeat(43) })],
  ['a verifier too short', 'invalid_grant', (f) => ({ ...f, code_verifier: 'x' })],
  ['no verifier', 'invalid_request', without('code_verifier')],
  ['another redirect URI', 'invalid_grant', (f) => ({ ...f, redirect_uri: `${CALLBACK}/` })],
  ['another code', 'invalid_grant', (f) => ({ ...f, code: 'x'.repeat(43) })],
  ['no code', 'invalid_request', without('code')],
  ['an unknown grant type', 'unsupported_grant_type', (f) => ({ ...f, grant_type: 'password' })],
  ['no grant type', 'invalid_request', without('grant_type')],
]

test.each(FAULTS)('%s is %s, and leaves the code to its client', async (_name, error, spoil) => {
  const fields = await coded()
  expect(await failureOf(await redeem(spoil(fields)))).toBe(`400 ${error}`)
  expect((await redeem(fields)).status).toBe(200)
})

test('a field that comes twice, or a body that is no form, is an invalid request', async () => {
  const fields = await coded()
  const text = `${queryOf({ ...fields, ...credentialsOf(client) })}&code=x`
  const post = (body: string, type: string) =>
    app.request('/oauth/token', { method: 'POST', headers: { 'content-type': type }, body })
  expect(await failureOf(await post(text, 'application/x-www-form-urlencoded'))).toBe(
    '400 invalid_request',
  )
  expect(await failureOf(await post(JSON.stringify(fields), 'application/json'))).toBe(
    '400 invalid_request',
  )
})

test('who proves no client gets nothing, and is not told what is wrong', async () => {
  const fields = await coded()
  const other = await app.register({ name: 'Other' })
  const plain = await app.register({ type: 'public' })
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${btoa(`${id}:${secret}`)}`,
  })
  const answers = [
    await app.form('/oauth/token', fields),
    await app.form('/oauth/token', { ...fields, client_id: client.id }),
    await app.form('/oauth/token', { ...fields, client_id: 'x', client_secret: 'x' }),
    await redeem({ ...fields, client_secret: other.secret ?? '' }),
    await redeem({ ...fields, ...credentialsOf(plain), client_secret: 'x' }),
    await app.form('/oauth/token', fields, basic(client.id, 'x')),
    await app.form('/oauth/token', fields, { authorization: 'Basic %%%' }),
    await redeem(fields, client).then(() =>
      app.form('/oauth/token', { ...fields, ...credentialsOf(client) }, basic(client.id, 'x')),
    ),
  ]
  for (const answer of answers) {
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/)
    expect(await failureOf(answer)).toBe('401 invalid_client')
  }
})

test('another client can use neither code nor refresh token, and does no harm with them', async () => {
  const other = await app.register({ name: 'Other' })
  const fields = await coded()
  expect(await failureOf(await redeem(fields, other))).toBe('400 invalid_grant')
  const tokens = await (await redeem(fields)).json<{ refresh_token: string }>()
  expect(await failureOf(await app.refresh(other, tokens.refresh_token))).toBe('400 invalid_grant')
  const revoked = await app.form('/oauth/revoke', {
    ...credentialsOf(other),
    token: tokens.refresh_token,
  })
  expect(revoked.status).toBe(200)
  expect((await app.refresh(client, tokens.refresh_token)).status).toBe(200)
})

test('a code is good for a minute', async () => {
  const [soon, late] = [await coded(), await coded()]
  advance(59_000)
  expect((await redeem(soon)).status).toBe(200)
  advance(2000)
  expect(await failureOf(await redeem(late))).toBe('400 invalid_grant')
})

test('of ten who use one code one wins, and what they won is ended', async () => {
  const fields = await coded()
  const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(fields)))
  expect(statusesOf(answers)).toEqual([200, ...Array<number>(9).fill(400)])
  const tokens = await answers
    .find(({ ok }) => ok)!
    .json<{ access_token: string; refresh_token: string }>()
  expect(await failureOf(await app.refresh(client, tokens.refresh_token))).toBe('400 invalid_grant')
  expect(await app.useElsewhere(tokens.access_token)).toBe(401)
  expect((await app.events()).filter((event) => event === 'token.replay')).toHaveLength(1)
})

test('of ten who use one refresh token one wins, and the whole family is ended', async () => {
  const first = await app.authorizeFully(client, user)
  const second = await (await app.refresh(client, first.refresh_token)).json<typeof first>()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => app.refresh(client, second.refresh_token)),
  )
  expect(statusesOf(answers)).toEqual([200, ...Array<number>(9).fill(400)])
  const third = await answers.find(({ ok }) => ok)!.json<typeof first>()
  for (const { refresh_token: token } of [first, second, third]) {
    expect(await failureOf(await app.refresh(client, token))).toBe('400 invalid_grant')
  }
  expect((await app.events()).filter((event) => event === 'token.reuse')).toHaveLength(1)
})

test('a refresh token may ask for less, and never for more', async () => {
  const tokens = await app.authorizeFully(client, user)
  const more = await app.refresh(client, tokens.refresh_token, { scope: 'kb.read flag.read' })
  expect(await failureOf(more)).toBe('400 invalid_scope')
  const less = await app.refresh(client, tokens.refresh_token, { scope: 'openid' })
  const narrow = await less.json<typeof tokens>()
  expect(narrow.scope).toBe('openid')
  expect(await app.use(narrow.access_token)).toBe(403)
  const wide = await (await app.refresh(client, narrow.refresh_token)).json<typeof tokens>()
  expect(wide.scope).toBe(tokens.scope)
})

test('an application does what it was let do, and nothing that is for people', async () => {
  const { access_token: token } = await app.authorizeFully(client, user)
  const ask = async (method: string, path: string, body?: object) =>
    (await app.send(method, path, body, token)).status
  expect(await ask('GET', '/api/admin/kb/documents')).toBe(200)
  // The user holds these and did not grant them.
  expect(await ask('POST', '/api/ask', { question: 'Why?' })).toBe(403)
  expect(await ask('GET', '/api/users/me')).toBe(403)
  expect(await ask('GET', '/api/auth/sessions')).toBe(403)
  expect(await ask('GET', '/api/auth/oauth/consents')).toBe(403)
  expect(await ask('POST', '/api/auth/change-password', { currentPassword: 'x' })).toBe(403)
  expect(await ask('GET', '/api/admin/oauth-clients')).toBe(403)
})

test('no route that is for people lets an application in, whatever it was granted', async () => {
  const all = PERMISSIONS.filter((permission) => !PERSONAL.has(permission))
  const mighty = await app.register({ scopes: all, allowSensitive: true })
  const owner = { token: app.owner.accessToken }
  const { access_token: token } = await app.authorizeFully(mighty, owner, { scope: all.join(' ') })
  const { paths } = app.app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
  })
  const isPersonal = (of: string) => of === 'signed-in' || PERSONAL.has(of as Permission)
  let asked = 0
  for (const [path, item] of Object.entries(paths ?? {})) {
    for (const [method, operation] of Object.entries(item)) {
      if (!isPersonal(String(Object(operation)['x-permission']))) continue
      asked++
      const address = path.replaceAll(/\{\w+\}/g, 'x')
      const { status } = await app.send(method.toUpperCase(), address, undefined, token)
      expect([method, path, status]).toEqual([method, path, 403])
    }
  }
  expect(asked).toBeGreaterThan(30)
})

test('a role that shrinks takes scopes along; who leaves takes all, for good', async () => {
  const leaver = await app.person('leaver', 'editor')
  const writer = await app.register({ scopes: ['kb.read', 'kb.write'] })
  const scope = 'openid kb.read kb.write offline_access'
  let tokens = await app.authorizeFully(writer, leaver, { scope })
  expect(tokens.scope).toBe(scope)
  const member = `/api/admin/users/${leaver.id}`
  await app.send('PATCH', member, { role: 'viewer' }, app.owner.accessToken)
  tokens = await (await app.refresh(writer, tokens.refresh_token)).json()
  expect(tokens.scope).toBe('openid kb.read offline_access')

  expect(await app.useElsewhere(tokens.access_token)).toBe(200)
  expect((await app.send('DELETE', member, undefined, app.owner.accessToken)).status).toBe(204)
  expect(await app.useElsewhere(tokens.access_token)).toBe(401)
  await app.sql.query(
    `insert into auth.members (id, organization_id, user_id, role, created_at)
     values ('again', $1, $2, 'viewer', now())`,
    [app.tenantId, leaver.id],
  )
  expect(await failureOf(await app.refresh(writer, tokens.refresh_token))).toBe('400 invalid_grant')
  const consents = await app.sql.query('select from auth.oauth_consents where user_id = $1', [
    leaver.id,
  ])
  expect(consents).toEqual([])
})

test('whoever is suspended opens nothing through an application either', async () => {
  const person = await app.person('suspended', 'editor')
  const writer = await app.register({ scopes: ['kb.read'] })
  const tokens = await app.authorizeFully(writer, person, { scope: 'kb.read offline_access' })
  await app.sql.query(
    `insert into auth.bans (user_id, reason, banned_by, banned_at) values ($1, 'spam', $1, now())`,
    [person.id],
  )
  expect(await failureOf(await app.refresh(writer, tokens.refresh_token))).toBe('400 invalid_grant')
})

test('a sensitive permission is looked up afresh, so it ends with the authorization at once', async () => {
  const reader = await app.register({ scopes: ['phi.read', 'kb.read'], allowSensitive: true })
  const owner = { token: app.owner.accessToken }
  const tokens = await app.authorizeFully(reader, owner, { scope: 'phi.read kb.read' })
  const { sid } = JSON.parse(atob(tokens.access_token.split('.')[1]!)) as { sid: string }
  expect(await app.binding.permissionsNow(sid, app.tenantId)).toEqual(['phi.read', 'kb.read'])
  expect(await app.binding.permissionsNow(sid, 'globex')).toBeNull()
  const consent = `/api/auth/oauth/consents/${reader.id}`
  expect((await app.send('DELETE', consent, undefined, owner.token)).status).toBe(204)
  expect(await app.binding.permissionsNow(sid, app.tenantId)).toBeNull()
  expect((await app.send('DELETE', consent, undefined, owner.token)).status).toBe(404)
})

test('an ID token opens nothing, and neither does an access token after its five minutes', async () => {
  const tokens = await app.authorizeFully(client, user)
  expect(await app.use(tokens.id_token ?? '')).toBe(401)
  expect((await app.send('GET', '/oauth/userinfo', undefined, tokens.id_token)).status).toBe(401)
  advance(306_000)
  expect(await app.use(tokens.access_token)).toBe(401)
})

test('who signed in is told by openid alone, and to the application only', async () => {
  const plain = await app.authorizeFully(client, user, { scope: 'kb.read' })
  const bare = await app.authorizeFully(client, user, { scope: 'openid' })
  const info = (token: string) => app.send('GET', '/oauth/userinfo', undefined, token)
  expect((await info(plain.access_token)).status).toBe(403)
  expect((await info(user.token)).status).toBe(403)
  expect(await (await info(bare.access_token)).json()).toEqual({ sub: user.id })
  const exported = await app.send('GET', '/api/users/me/export', undefined, user.token)
  const { applications } = await exported.json<{ applications: { clientId: string }[] }>()
  expect(applications.map(({ clientId }) => clientId)).toContain(client.id)
  const withdrawn = `/api/auth/oauth/consents/${client.id}`
  await app.send('DELETE', withdrawn, undefined, user.token)
  expect((await info(bare.access_token)).status).toBe(401)
})
