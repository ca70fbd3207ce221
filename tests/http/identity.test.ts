import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { OWNER, problemOf, sessionOf, startIdentity } from './identity-harness.ts'

let app: Awaited<ReturnType<typeof startIdentity>>
let sql: Sql
beforeAll(async () => {
  app = await startIdentity()
  sql = connect(app.database.owner)
})
afterEach(() => app.settle())
afterAll(() => app.close())

const waysIn = async () => (await app.request('/api/auth/providers')).json()

test('before the setup nobody can sign in and no token is known', async () => {
  expect(await waysIn()).toMatchObject({ needsSetup: true })
  expect((await app.signIn()).status).toBe(401)
  expect(await app.binding.jwks()).toEqual({ keys: [] })
  const refused = await app.send('GET', '/api/admin/feature-flags')
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toBe('Bearer')
})

test.each([
  ['without its token', '', 401, 'unauthenticated'],
  ['with another token', 'setup-token-setup-token-setup-tokem', 401, 'unauthenticated'],
])('the setup %s is refused', async (_name, token, status, code) => {
  expect(await problemOf(await app.setUp(OWNER, token))).toMatchObject({ status, code })
})

test('the setup names the fields it cannot use', async () => {
  const problem = await problemOf(await app.setUp({ ...OWNER, password: 'short', admin: true }))
  expect(problem).toMatchObject({ status: 422, code: 'invalid_fields' })
  expect(problem['errors']).toContainEqual({
    in: 'json',
    pointer: '/password',
    detail: 'must have at least 8 characters; 15 or more are advised',
  })
})

test('of four setups at once one wins, whole', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map(() => app.setUp()))
  const statuses = answers.map(({ status }) => String(status))
  expect(statuses.toSorted().join()).toBe('201,409,409,409')

  const winner = answers.find(({ status }) => status === 201)!
  const session = await sessionOf(winner)
  expect(session).toMatchObject({
    user: { email: OWNER.email, name: OWNER.name },
    tenant: { name: OWNER.organization },
    role: 'owner',
  })
  const [counts] = await sql.query(`select
    (select count(*)::int from auth.users) as users, (select count(*)::int from auth.accounts) as accounts,
    (select count(*)::int from auth.members) as members,
    (select count(*)::int from auth.signing_keys) as keys`)
  expect(counts).toEqual({ users: 1, accounts: 1, members: 1, keys: 1 })
  const [profile] = await sql.query(`select t.name, u.tenant_id, u.id, u.email, u.role
    from public.users u join public.tenants t on t.id = u.tenant_id`)
  const { id, email } = session.user
  const { id: tenantId, name } = session.tenant
  expect(profile).toEqual({ name, tenant_id: tenantId, id, email, role: 'owner' })
})

test('afterwards the setup says what to do instead', async () => {
  expect(await waysIn()).toMatchObject({ needsSetup: false })
  const problem = await problemOf(await app.setUp())
  expect(problem).toMatchObject({ status: 409, code: 'conflict' })
  expect(problem['detail']).toContain('/api/auth/sign-in/email')
})

test('signing in sets one cookie that scripts, plain HTTP and other hosts never get', async () => {
  const response = await app.signIn(OWNER.password, 'ADA@example.com')
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-va_session=[^;]+; Max-Age=1800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ),
  ])
})

test('the access token is what RFC 9068 and the edge expect, and opens guarded routes', async () => {
  const session = await sessionOf(await app.signIn())
  const { accessToken, user, tenant, expiresAt } = session
  const { keys } = await app.binding.jwks()
  expect(decodeProtectedHeader(accessToken)).toEqual({
    alg: 'EdDSA',
    typ: 'at+jwt',
    kid: keys[0]!.kid,
  })
  const { iat = 0, exp = 0, ...claims } = decodeJwt(accessToken)
  expect(Math.ceil(exp - iat)).toBe(300)
  expect(new Date(exp * 1000).toISOString()).toBe(expiresAt)
  const [row] = await sql.query('select id from auth.sessions order by created_at desc limit 1')
  expect(claims).toEqual({
    iss: app.env.PUBLIC_URL,
    aud: 'va-api',
    sub: user.id,
    sid: row?.['id'],
    jti: expect.any(String),
    org: tenant.id,
    role: 'owner',
    amr: ['pwd'],
  })
  expect((await app.send('GET', '/api/admin/feature-flags', undefined, accessToken)).status).toBe(
    200,
  )
})

test('a wrong password and an unknown address are answered alike', async () => {
  const [wrong, unknown, long] = await Promise.all([
    app.signIn('not the passphrase'),
    app.signIn(OWNER.password, 'eve@example.com'),
    app.signIn('x'.repeat(512)),
  ])
  const problems = await Promise.all([wrong, unknown, long].map(problemOf))
  expect(problems[0]).toMatchObject({ status: 401, code: 'unauthenticated' })
  expect(problems[1]).toEqual(problems[0])
  expect(problems[2]).toEqual(problems[0])
})

test.each([
  ['no body', '', 'application/json', 400],
  ['broken JSON', '{"email":', 'application/json', 400],
  ['another type', 'email=ada', 'application/x-www-form-urlencoded', 415],
  [
    'an unknown field',
    JSON.stringify({ email: OWNER.email, password: 'x', rememberMe: true }),
    'application/json',
    422,
  ],
  [
    'an address that is none',
    JSON.stringify({ email: 'ada', password: 'x' }),
    'application/json',
    422,
  ],
])('signing in with %s is refused', async (_name, body, type, status) => {
  const init = { method: 'POST', body, headers: { 'content-type': type } }
  expect(await problemOf(await app.request('/api/auth/sign-in/email', init))).toMatchObject({
    status,
  })
})

test.each([
  '/api/auth//sign-in/email',
  '/api/auth/sign-in/email/',
  '/api/auth/sign-in/social',
  '/api/auth/get-session',
  '/api/auth/organization/create',
  '/api/auth/update-user',
  '/api/auth/error',
])('better-auth’s own route %s is not reachable', async (path) => {
  expect(await problemOf(await app.post(path, {}))).toMatchObject({ status: 404 })
})
