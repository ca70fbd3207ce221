/**
 * The five classes of better-auth's published advisories that would hurt most, replayed against the
 * whole product: a library's mistake of yesterday must not come back as ours.
 */
import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { NewAuthenticator } from '../../workers/identity/schemas.ts'
import { codeAt, stepAt } from '../../workers/identity/totp.ts'
import { cookieOf, fromBase32, OWNER, sessionOf } from './identity-harness.ts'
import { failureOf, startOAuth, type TestOAuth } from './oauth-harness.ts'

vi.setConfig({ testTimeout: 120_000 })

let app: TestOAuth
beforeAll(async () => {
  app = await startOAuth()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const SIGN_IN = '/api/auth/sign-in/email'

/** Addresses of better-auth's own router and plugins, none of which is mounted. */
const THEIRS = [
  'api-key/create',
  'api-key/update',
  'api-key/verify',
  'api-key/delete',
  'admin/create-user',
  'admin/impersonate-user',
  'admin/set-role',
  'organization/create',
  'organization/add-member',
  'update-user',
  'update-session',
  'link-social',
  'oauth2/token',
  'oauth2/register',
  'mcp/token',
  'mcp/register',
  'refresh-token',
  'get-session',
]

test('CVE-2025-61928: nobody makes or changes an API key by naming a user in the body', async () => {
  const { id: userId } = app.owner.user
  const key = { userId, name: 'mine', scopes: ['kb.read'], permissions: { all: ['*'] } }
  for (const path of ['/api/admin/api-keys', '/api/admin/oauth-clients']) {
    for (const body of [key, { ...key, body: key, user: { id: userId } }]) {
      expect([path, (await app.post(path, body)).status]).toEqual([path, 401])
    }
  }
  for (const name of THEIRS) {
    for (const method of ['GET', 'POST']) {
      const body = method === 'GET' ? undefined : key
      const { status } = await app.send(method, `/api/auth/${name}`, body, app.owner.accessToken)
      expect([name, method, status]).toEqual([name, method, 404])
    }
  }
  const rows = await app.sql.query('select from auth.api_keys')
  expect(rows).toEqual([])
})

/** As better-auth writes a session's copy into a cookie, with the right secret. */
function cachedSession(session: object, secret: string): string {
  const expiresAt = Date.now() + 300_000
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  const signature = sign(JSON.stringify({ ...session, expiresAt }))
  return Buffer.from(JSON.stringify({ session, expiresAt, signature })).toString('base64url')
}

test('GHSA-xg6x-h9c9-2m83: no copy of a session in a cookie stands in for a second factor', async () => {
  const signedIn = await app.signIn()
  const { accessToken } = await sessionOf(signedIn)
  const { password } = OWNER
  const call = (path: string, body: object) =>
    app.send('POST', `/api/auth/two-factor${path}`, body, accessToken)
  const made = NewAuthenticator.parse(await (await call('/setup', { password })).json())
  const code = await codeAt(fromBase32(made.secret), stepAt(new Date()))
  expect((await call('/confirm', { code })).status).toBe(200)

  const half = await app.signIn()
  expect([half.status, half.headers.getSetCookie()]).toEqual([202, []])
  const { ticket } = await half.json<{ ticket: string }>()
  const [row] = await app.sql.query('select * from auth.sessions where user_id = $1 limit 1', [
    app.owner.user.id,
  ])
  const session = { session: { ...row, userId: app.owner.user.id }, user: app.owner.user }
  const copy = cachedSession(session, app.settings.AUTH_SECRET)
  for (const prefix of ['__Host-va', '__Secure-__Host-va', 'better-auth', '__Secure-better-auth']) {
    for (const name of [`${prefix}.session_data`, `${prefix}_session_data`]) {
      const cookies = [
        `${name}=${copy}`,
        `${name}=${copy}; __Host-va_session=${ticket}`,
        `${name}=${copy}; ${prefix}.session_token=${ticket}; ${prefix}.two_factor=${ticket}`,
      ]
      for (const cookie of cookies) expect((await app.renew(cookie)).status).toBe(401)
    }
  }

  // Nor does a copy keep a session alive that was ended.
  const cookie = cookieOf(signedIn)
  await app.post('/api/auth/sign-out', undefined, { cookie })
  const ended = await app.renew(`${cookie}; __Host-va.session_data=${copy}`)
  expect(ended.status).toBe(401)
})

test('GHSA-pw9m-5jxm-xr6h: a refresh token is good once, for its client, with its secret', async () => {
  const user = await app.person('grace', 'editor')
  const [client, other] = [await app.register(), await app.register({ name: 'Other' })]
  const first = await app.authorizeFully(client, user)
  const bare = { ...client, secret: null }
  expect(await failureOf(await app.refresh(bare, first.refresh_token))).toBe('401 invalid_client')
  expect(await failureOf(await app.refresh(other, first.refresh_token))).toBe('400 invalid_grant')
  const second = await (await app.refresh(client, first.refresh_token)).json<typeof first>()
  expect(await failureOf(await app.refresh(client, first.refresh_token))).toBe('400 invalid_grant')
  expect(await failureOf(await app.refresh(client, second.refresh_token))).toBe('400 invalid_grant')
})

/** Sign-ins nobody judges, so that only the count is looked at. */
const judging = () =>
  vi.spyOn(app.binding, 'fetch').mockImplementation(async () => Response.json({}, { status: 401 }))

const knock = (path: string, email: string, ip: string) =>
  app.post(path, { email, password: 'x' }, { 'cf-connecting-ip': ip })

test('GHSA-x732-6j76-qmhm: no spelling of a path gets around its limit', async () => {
  const spy = judging()
  const spellings = [
    `/${SIGN_IN}`,
    '//api//auth//sign-in//email',
    '/api/auth//sign-in/email',
    `${SIGN_IN}/`,
    `${SIGN_IN}//`,
    '/api/auth/./sign-in/email',
    '/api/auth/x/../sign-in/email',
    '/API/auth/sign-in/email',
    '/api/auth/sign-in%2Femail',
    '/api/auth/sign-in/%65mail',
    `${SIGN_IN}?x=1`,
    `${SIGN_IN};x`,
  ]
  // Made from the whole address: a path that begins with two slashes would be taken for a host.
  const spelled = (n: number) => `${app.env.PUBLIC_URL}${spellings[n % spellings.length]}`
  let judged = 0
  for (let n = 0; n < spellings.length * 4; n++) {
    const { status } = await knock(spelled(n), 'spelled@example.com', `192.0.2.${n}`)
    await app.settle()
    expect([spelled(n), status]).toEqual([spelled(n), expect.toBeOneOf([401, 404, 429])])
    if (status === 401) judged++
  }
  expect(judged).toBe(10)
  expect(spy).toHaveBeenCalledTimes(10)
  spy.mockRestore()
})

test('GHSA-p6v2-xcpg-h6xw: no spelling of an IPv6 address gets around its limit', async () => {
  const spy = judging()
  const spellings = (n: number) => [
    `2001:db8:7:1::${n.toString(16)}`,
    `2001:0DB8:0007:0001:${n}:${n}:${n}:${n}`,
    `2001:db8:7:1:0:0:192.0.2.${n}`,
  ]
  let judged = 0
  for (let n = 1; n <= 10; n++) {
    for (const ip of spellings(n)) {
      const { status } = await knock(SIGN_IN, `six-${n}-${ip.length}@example.com`, ip)
      await app.settle()
      expect(status).toBeOneOf([401, 429])
      if (status === 401) judged++
    }
  }
  expect(judged).toBe(10)
  // A header that a client can write is no address at all.
  const claimed = await app.post(
    SIGN_IN,
    { email: 'claimed@example.com', password: 'x' },
    { 'cf-connecting-ip': '2001:db8:7:1::ffff', 'x-forwarded-for': '198.51.100.7' },
  )
  expect(claimed.status).toBe(429)
  spy.mockRestore()
})
