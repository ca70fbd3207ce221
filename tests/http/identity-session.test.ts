import crypto, { createHmac, scryptSync } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { formatHash, parseHash } from '../../workers/identity/issuer/phc.ts'
import { Session } from '../../workers/identity/schemas.ts'
import { cookieOf, OWNER, problemOf, sessionOf, startIdentity } from './identity-harness.ts'

let app: Awaited<ReturnType<typeof startIdentity>>
let sql: Sql
beforeAll(async () => {
  app = await startIdentity()
  sql = connect(app.database.owner)
  await sessionOf(await app.setUp())
})
afterEach(() => app.settle())
afterAll(() => app.close())

test('the session is traded for tokens until it is signed out', async () => {
  const cookie = cookieOf(await app.signIn())
  const first = await sessionOf(await app.renew(cookie))
  const second = await sessionOf(await app.renew(cookie))
  expect(decodeJwt(second.accessToken).jti).not.toBe(decodeJwt(first.accessToken).jti)

  const gone = await app.post('/api/auth/sign-out', undefined, { cookie })
  expect(gone.status).toBe(204)
  expect(gone.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Host-va_session=; Max-Age=0;/),
  ])
  expect(await problemOf(await app.renew(cookie))).toMatchObject({ status: 401 })
  expect((await app.post('/api/auth/sign-out', undefined, { cookie })).status).toBe(204)
})

test.each([
  ['no cookie', () => ''],
  ['a cookie with another signature', (cookie: string) => cookie.replace(/.{8}$/, 'AAAAAAA=')],
  ['a token without signature', (cookie: string) => cookie.split('.')[0]!],
])('with %s there is no token', async (_name, change) => {
  const cookie = change(cookieOf(await app.signIn()))
  expect(await problemOf(await app.renew(cookie))).toMatchObject({
    status: 401,
    code: 'unauthenticated',
  })
})

test('whoever signs in again has a new session, and the one before is over', async () => {
  const before = await app.signIn()
  const [cookie, { accessToken }] = [cookieOf(before), await sessionOf(before)]
  const credentials = { email: OWNER.email, password: OWNER.password }
  const wrong = { ...credentials, password: 'not the passphrase' }
  expect((await app.post('/api/auth/sign-in/email', wrong, { cookie })).status).toBe(401)
  expect((await app.renew(cookie)).status).toBe(200)

  const again = await app.post('/api/auth/sign-in/email', credentials, { cookie })
  expect((await app.renew(cookie)).status).toBe(401)
  expect((await app.renew(cookieOf(again))).status).toBe(200)
  const { id } = (await sessionOf(again)).tenant
  expect((await app.auditOf(id)).slice(-2)).toEqual(['auth.signin.ok', 'auth.signout'])
  const keys = await app.send('GET', '/api/admin/api-keys', undefined, accessToken)
  expect(keys.status).toBe(401)
})

test('a session’s token is new each time and has 192 random bits', async () => {
  const cookies = [cookieOf(await app.signIn()), cookieOf(await app.signIn())]
  const tokens = cookies.map(
    (cookie) => decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[0],
  )
  expect(new Set(tokens).size).toBe(2)
  for (const token of tokens) expect(Buffer.from(token ?? '', 'base64url')).toHaveLength(24)
})

test('a session ends after half an hour of rest, and after twelve hours of an owner’s work', async () => {
  const age = (column: string, shift: string) =>
    sql.query(`update auth.sessions set ${column} = ${column} - interval '${shift}'`)
  const rested = cookieOf(await app.signIn())
  await age('expires_at', '31 minutes')
  expect((await app.renew(rested)).status).toBe(401)

  const worked = cookieOf(await app.signIn())
  await age('created_at', '11 hours 59 minutes')
  expect((await app.renew(worked)).status).toBe(200)
  await age('created_at', '1 minute')
  expect((await app.renew(worked)).status).toBe(401)
})

test('a page of another origin can change no session', async () => {
  const origin = { origin: 'https://evil.example' }
  const problem = await problemOf(await app.post('/api/auth/sign-out', undefined, origin))
  expect(problem).toMatchObject({ status: 403, code: 'forbidden' })
  const own = { origin: app.env.PUBLIC_URL }
  expect((await app.post('/api/auth/sign-out', undefined, own)).status).toBe(204)
  // The requests of these tests go to http://localhost.
  const behindTls = { origin: 'https://localhost' }
  expect((await app.post('/api/auth/sign-out', undefined, behindTls)).status).toBe(204)
})

const storedHash = async () => {
  const [row] = await sql.query('select password from auth.accounts')
  return String(row?.['password'])
}

test('a hash of older parameters is made anew when its owner signs in', async () => {
  const { keyid } = parseHash(await storedHash())!
  const salt = Buffer.from('sixteen bytes ..')
  const input = createHmac('sha256', app.settings.PASSWORD_PEPPER)
    .update(OWNER.password)
    .digest('hex')
  const hash = scryptSync(input, salt, 32, { N: 2 ** 14, r: 8, p: 1 })
  const old = formatHash({ ln: 14, r: 8, p: 1, keyid, salt, hash })
  await sql.query('update auth.accounts set password = $1', [old])

  expect((await app.signIn('not the passphrase')).status).toBe(401)
  expect(await storedHash()).toBe(old)
  expect((await app.signIn()).status).toBe(200)
  expect(await storedHash()).toContain('$ln=15,r=8,p=3,')
  expect((await app.signIn()).status).toBe(200)
})

test('a password of ten years ago is as good as one of today', async () => {
  const age = (years: number) =>
    sql.query(`update auth.accounts set created_at = created_at - interval '${years} years',
      updated_at = updated_at - interval '${years} years'`)
  await age(10)
  expect((await app.signIn()).status).toBe(200)
  await age(-10)
})

test('while secrets are rotated sessions, keys and passwords made before stay good', async () => {
  const { AUTH_SECRET, PASSWORD_PEPPER } = app.settings
  const cookie = cookieOf(await app.signIn())
  const before = await storedHash()
  Object.assign(app.settings, {
    AUTH_SECRET: { get: async () => 'the next secret, of 32 characters or more' },
    AUTH_SECRET_PREVIOUS: AUTH_SECRET,
    PASSWORD_PEPPER: 'the next pepper, of 32 characters or more',
    PASSWORD_PEPPER_PREVIOUS: PASSWORD_PEPPER,
  })
  expect((await app.renew(cookie)).status).toBe(200)
  expect((await app.signIn('not the passphrase')).status).toBe(401)
  const young = cookieOf(await app.signIn())
  expect(await storedHash()).not.toBe(before)

  // Without the earlier values only what was made with the new ones is good.
  Object.assign(app.settings, { AUTH_SECRET_PREVIOUS: '', PASSWORD_PEPPER_PREVIOUS: '' })
  expect((await app.renew(cookie)).status).toBe(401)
  expect((await app.renew(young)).status).toBe(200)
  expect((await app.signIn()).status).toBe(200)
  Object.assign(app.settings, { AUTH_SECRET_PREVIOUS: AUTH_SECRET })
})

test('an account in no organization signs in, and may do what is its own and nothing else', async () => {
  const [member] = await sql.query('delete from auth.members returning *')
  try {
    const answer = await app.signIn()
    const session = Session.parse(await answer.json())
    expect(session).toMatchObject({ tenant: null, role: '', permissions: [] })
    const { accessToken } = session
    const get = (path: string) => app.send('GET', path, undefined, accessToken)
    const me = await (await get('/api/users/me')).json()
    expect(me).toMatchObject({ tenants: [], tenantId: '', role: '', permissions: [] })
    expect(await (await get('/api/tenants')).json()).toEqual({ items: [] })
    expect((await get('/api/tenant')).status).toBe(404)
    expect((await get('/api/admin/feature-flags')).status).toBe(403)
    await app.settle()
    expect(app.audited.at(-1)).toMatchObject({ entry: { tenant: '_platform' } })
    expect((await app.auditOf('_platform')).at(-1)).toBe('auth.signin.ok')

    const made = await app.send('POST', '/api/tenants', { name: 'Of my own' }, accessToken)
    expect(made.status).toBe(201)
    const { id } = await made.json<{ id: string }>()
    const cookie = cookieOf(answer)
    expect(await sessionOf(await app.renew(cookie))).toMatchObject({
      tenant: { id },
      role: 'owner',
    })
    await sql.query('delete from auth.members where organization_id = $1', [id])
  } finally {
    const names = Object.keys(member!)
    const places = names.map((_, n) => `$${n + 1}`).join()
    await sql.query(
      `insert into auth.members (${names.join()}) values (${places})`,
      Object.values(member!),
    )
  }
})

test('signing in takes three round trips to the database, a fresh token two', async () => {
  const cookie = cookieOf(await app.signIn())
  await app.renew(cookie)
  const trips = async (call: () => Promise<Response>) => {
    const spy = vi.spyOn(globalThis, 'fetch')
    expect((await call()).status).toBe(200)
    const calls = spy.mock.calls.filter(
      ([input]) => new Request(input).url === app.env.DATABASE_HTTP_URL,
    )
    spy.mockRestore()
    return calls.length
  }
  expect(await trips(() => app.signIn())).toBe(3)
  expect(await trips(() => app.renew(cookie))).toBe(2)
})

test('an unknown address and a wrong password cost the same trips and the same hashing', async () => {
  const costOf = async (email: string) => {
    const [fetches, hashes] = [vi.spyOn(globalThis, 'fetch'), vi.spyOn(crypto, 'scrypt')]
    syncBuiltinESMExports()
    const answer = await app.signIn('not the passphrase', email)
    const before = fetches.mock.calls.length
    await app.settle()
    const trips = [before, fetches.mock.calls.length]
    const work = hashes.mock.calls.map(([, , length, options]) => [length, options])
    vi.restoreAllMocks()
    syncBuiltinESMExports()
    return { status: answer.status, trips, work }
  }
  const wrong = await costOf(OWNER.email)
  expect(wrong).toMatchObject({ status: 401, work: [[32, { N: 2 ** 15, r: 8, p: 3 }]] })
  expect(await costOf('nobody@example.com')).toEqual(wrong)
})

test.each([
  ['auth_user', 'select * from public.tenants'],
  ['auth_user', 'select * from public.feature_flags'],
  ['auth_user', 'delete from auth.setups'],
  ['app_user', 'select * from auth.users'],
  ['app_user', `select auth.create_tenant('t', 't', 'u', 'e', 'n', now())`],
] as const)('%s may not %s', async (role, statement) => {
  const { owner, url } = app.database
  const other = connect({ ...owner, databaseUrl: url(role) })
  await expect(other.query(statement)).rejects.toMatchObject({ code: '42501' })
})

test('while identity is down, known tokens work and signing in is put off', async () => {
  const { accessToken } = await sessionOf(await app.signIn())
  const ask = () => app.send('GET', '/api/admin/feature-flags', undefined, accessToken)
  expect((await ask()).status).toBe(200)
  app.binding.isDown = true
  const answer = await app.signIn()
  app.binding.isDown = false
  expect(answer.headers.get('retry-after')).toBe('5')
  expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'dependency_down' })
})

test('while the database is down, nothing is called wrong that is not', async () => {
  const cookie = cookieOf(await app.signIn())
  await app.neon.close()
  const answers = [await app.signIn(), await app.renew(cookie), await app.setUp()]
  answers.push(await app.post('/api/auth/sign-out', undefined, { cookie }))
  for (const answer of answers) {
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'dependency_down' })
  }
})
