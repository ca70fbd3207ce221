/** Passwords changed and forgotten, addresses proven and changed, people who sign up by themselves. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import {
  cookieOf,
  OWNER,
  problemOf,
  sessionOf,
  startIdentity,
  statusesOf,
  tokenIn,
} from './identity-harness.ts'

vi.setConfig({ testTimeout: 120_000 })

let app: Awaited<ReturnType<typeof startIdentity>>
let sql: Sql
let tenant: string
let password = OWNER.password
beforeAll(async () => {
  app = await startIdentity()
  sql = connect(app.database.owner)
  tenant = (await sessionOf(await app.setUp())).tenant.id
})
// One link a minute for each; a minute goes by.
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
  app.mails.length = 0
})
afterAll(async () => {
  vi.useRealTimers()
  await app.settle()
  await app.close()
})

const signIn = async (email = OWNER.email) => {
  const response = await app.signIn(password, email)
  return { cookie: cookieOf(response), ...(await sessionOf(response)) }
}
const call = (path: string, body: unknown, token: string) => app.send('POST', path, body, token)
const change = (token: string, newPassword: string, currentPassword = password) =>
  call('/api/auth/change-password', { currentPassword, newPassword }, token)

async function resetLink(email = OWNER.email) {
  expect((await app.post('/api/auth/request-password-reset', { email })).status).toBe(202)
  const [mail] = await app.mailsTo(email)
  return tokenIn(mail)
}
const reset = (token: string, newPassword: string) =>
  app.post('/api/auth/reset-password', { token, newPassword })

test('a password is changed by who knows it, and the other sessions end', async () => {
  const [mine, other] = [await signIn(), await signIn()]
  const wrong = await problemOf(await change(mine.accessToken, 'another fine passphrase', 'wrong'))
  expect(wrong).toMatchObject({ status: 403, detail: 'The password is wrong.' })
  const common = await problemOf(await change(mine.accessToken, 'password1'))
  expect(common).toMatchObject({ status: 422, errors: [{ pointer: '/newPassword' }] })

  expect((await change(mine.accessToken, 'another fine passphrase')).status).toBe(204)
  expect((await app.renew(mine.cookie)).status).toBe(200)
  expect((await app.renew(other.cookie)).status).toBe(401)
  expect((await app.signIn(password)).status).toBe(401)
  password = 'another fine passphrase'
  expect((await app.signIn(password)).status).toBe(200)
  const [notice] = await app.mailsTo(OWNER.email)
  expect(notice).toMatchObject({ template: 'security-notice', data: { change: 'password' } })
})

test('of ten who change one password at once one does', async () => {
  const { accessToken } = await signIn()
  const names = Array.from({ length: 10 }, (_, n) => `parallel passphrase ${n}`)
  const answers = await Promise.all(names.map((name) => change(accessToken, name)))
  const winners = names.filter((_, n) => answers[n]!.status === 204)
  expect(winners).toHaveLength(1)
  password = winners[0]!
  expect((await app.signIn(password)).status).toBe(200)
})

test('a reset is asked for alike, whether there is an account or not', async () => {
  const ask = async (email: string) => {
    const spy = vi.spyOn(globalThis, 'fetch')
    const response = await app.post('/api/auth/request-password-reset', { email })
    spy.mockRestore()
    return { status: response.status, body: await response.text() }
  }
  const known = await ask(OWNER.email)
  expect(await ask('eve@example.com')).toEqual(known)
  expect(known).toEqual({ status: 202, body: '' })
  expect(await app.mailsTo('eve@example.com')).toEqual([])
  const [mail] = await app.mailsTo(OWNER.email)
  expect(mail).toMatchObject({ template: 'reset-password', locale: 'en', data: { name: 'Ada' } })
  expect(mail?.data.url).toMatch(
    /^http:\/\/localhost:8787\/console\/reset-password#token=[\w-]{43}$/,
  )
  // A mailbox is not filled by asking again.
  await ask(OWNER.email)
  expect(await app.mailsTo(OWNER.email)).toEqual([])
  const stored = await sql.query('select id, value from auth.verifications')
  expect(JSON.stringify(stored)).not.toContain(tokenIn(mail))
})

test('a reset link works once, ends every session and opens none', async () => {
  const { cookie } = await signIn()
  const token = await resetLink()
  expect(await problemOf(await reset(token, 'sunshine'))).toMatchObject({ status: 422 })
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, n) => reset(token, `quiet meadow number ${n}`)),
  )
  expect(statusesOf(answers)).toEqual([204, 422, 422, 422, 422])
  expect(answers.flatMap((answer) => answer.headers.getSetCookie())).toEqual([])
  password = `quiet meadow number ${answers.findIndex(({ status }) => status === 204)}`
  expect((await app.renew(cookie)).status).toBe(401)
  expect((await app.signIn(password)).status).toBe(200)
  expect(await problemOf(await reset(token, 'quiet meadow again'))).toMatchObject({
    errors: [{ pointer: '/token' }],
  })
})

test('a link is over after an hour, and after the password was changed', async () => {
  const old = await resetLink()
  vi.setSystemTime(Date.now() + 60 * 60_000)
  expect((await reset(old, 'quiet meadow too late')).status).toBe(422)
  const unused = await resetLink()
  const { accessToken } = await signIn()
  expect((await change(accessToken, 'a changed passphrase')).status).toBe(204)
  password = 'a changed passphrase'
  expect((await reset(unused, 'quiet meadow too late')).status).toBe(422)
})

test.each(['', 'x', 'x'.repeat(201), "' or 1=1 --"])(
  'the token "%s" opens nothing',
  async (token) => {
    expect((await reset(token, 'quiet meadow for nobody')).status).toBe(422)
    expect((await app.post('/api/auth/verify-email', { token })).status).toBe(422)
  },
)

const EVE = { email: 'eve@example.com', password: 'eves own passphrase', name: 'Eve' }
const signUp = (body: object = EVE) =>
  app.post('/api/auth/sign-up/email', body, { 'accept-language': 'ru,en;q=0.5' })
const verify = (token: string) => app.post('/api/auth/verify-email', { token })

test('who signs up has an account once their address is proven, with an organization', async () => {
  const answer = await signUp({ ...EVE, organization: 'Eve & Sons' })
  expect([answer.status, await answer.text()]).toEqual([202, ''])
  expect((await app.signIn(EVE.password, EVE.email)).status).toBe(401)
  const [mail] = await app.mailsTo(EVE.email)
  expect(mail).toMatchObject({ template: 'verify-email', locale: 'ru' })

  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => verify(tokenIn(mail))))
  expect(statusesOf(answers)).toEqual([204, 422, 422, 422, 422])
  const session = await sessionOf(await app.signIn(EVE.password, EVE.email))
  expect(session).toMatchObject({ role: 'owner', tenant: { name: 'Eve & Sons' } })
  expect(await app.auditOf(session.tenant.id)).toEqual(
    expect.arrayContaining(['auth.email.verify', 'tenant.create']),
  )
})

test('signing up with an address that is taken looks the same; its owner is told', async () => {
  const answer = await signUp({ ...EVE, password: 'not the passphrase of Eve' })
  expect([answer.status, await answer.text()]).toEqual([202, ''])
  const mails = await app.mailsTo(EVE.email)
  expect(mails.map(({ template }) => template)).toEqual(['account-exists'])
  expect((await app.signIn(EVE.password, EVE.email)).status).toBe(200)
})

test('a sign-up that fails half-way leaves nothing, and its link still works', async () => {
  const bob = { email: 'bob@example.com', password: 'bobs own passphrase', name: 'Bob' }
  await signUp(bob)
  const [mail] = await app.mailsTo(bob.email)
  await sql.query(`create function auth.fail() returns trigger language plpgsql as
    $$ begin raise exception 'injected'; end $$`)
  await sql.query(`create trigger fail before insert on auth.members
    for each row execute function auth.fail()`)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  expect((await verify(tokenIn(mail))).status).toBe(500)
  log.mockRestore()
  expect(await sql.query(`select id from auth.users where email = 'bob@example.com'`)).toEqual([])
  await sql.query('drop trigger fail on auth.members')
  expect((await verify(tokenIn(mail))).status).toBe(204)
  expect((await app.signIn(bob.password, bob.email)).status).toBe(200)
})

test.each(['invited', 'closed'])('a deployment that is %s makes no account', async (setting) => {
  Object.assign(app.settings, { SIGN_UP: setting })
  expect(await problemOf(await signUp())).toMatchObject({ status: 403 })
  Object.assign(app.settings, { SIGN_UP: 'open' })
})

test('an address changes when the new one is proven, everywhere, and the old one is told', async () => {
  const { accessToken, user } = await signIn()
  const ask = (body: object) => call('/api/auth/change-email', body, accessToken)
  expect((await ask({ newEmail: 'lovelace@example.com', password: 'wrong' })).status).toBe(403)
  // Somebody else's: nothing is told, and nobody gets a mail.
  expect((await ask({ newEmail: EVE.email, password })).status).toBe(202)
  expect(await app.mailsTo(EVE.email)).toEqual([])

  expect((await ask({ newEmail: 'Lovelace@example.com', password })).status).toBe(202)
  const [mail] = await app.mailsTo('lovelace@example.com')
  expect((await app.signIn(password)).status).toBe(200)
  const answers = await Promise.all([1, 2, 3].map(() => verify(tokenIn(mail))))
  expect(statusesOf(answers)).toEqual([204, 422, 422])
  expect((await app.signIn(password)).status).toBe(401)
  expect((await app.signIn(password, 'lovelace@example.com')).status).toBe(200)
  const [, rows] = await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    sql.query('select email from public.users where id = $1', [user.id]),
  ])
  expect(rows).toEqual([{ email: 'lovelace@example.com' }])
  const [notice] = await app.mailsTo(OWNER.email)
  expect(notice).toMatchObject({ template: 'security-notice', data: { change: 'email' } })
})

test('an address that nobody proved yet is proven by a link', async () => {
  await sql.query('update auth.users set email_verified = false')
  const { accessToken } = await signIn('lovelace@example.com')
  const ask = () => call('/api/auth/send-verification-email', undefined, accessToken)
  expect((await ask()).status).toBe(202)
  const [mail] = await app.mailsTo('lovelace@example.com')
  expect((await verify(tokenIn(mail))).status).toBe(204)
  const [row] = await sql.query(
    `select email_verified as proven from auth.users where email like 'love%'`,
  )
  expect(row).toEqual({ proven: true })
  expect((await ask()).status).toBe(202)
  expect(await app.mailsTo('lovelace@example.com')).toEqual([])
})

test('what happened to the account is in its tenant’s log', async () => {
  const events = new Set(await app.auditOf(tenant))
  for (const event of [
    'auth.password.change',
    'auth.password.reset.request',
    'auth.password.reset',
    'auth.email.change',
    'auth.email.verify',
  ]) {
    expect(events).toContain(event)
  }
})

test('while the database is down, a reset is put off and not swallowed', async () => {
  await app.neon.close()
  const answer = await app.post('/api/auth/request-password-reset', { email: OWNER.email })
  expect(await problemOf(answer)).toMatchObject({ status: 503 })
})

test.each([
  ['/api/auth/sign-up/email', EVE],
  ['/api/auth/request-password-reset', { email: 'nobody@example.com' }],
  ['/api/auth/reset-password', { token: 'none', newPassword: EVE.password }],
  ['/api/auth/verify-email', { token: 'none' }],
])('%s is counted per address, and closed while nobody can count', async (path, body) => {
  const identity = vi
    .spyOn(app.binding, 'fetch')
    .mockImplementation(async () => new Response(null, { status: 202 }))
  const from = (n: number) => ({ 'cf-connecting-ip': `198.51.${path.length}.${n}` })
  const ask = async (n = 1) => app.post(path, body, from(n))
  const statuses: number[] = []
  for (let n = 0; n < 31; n++) statuses.push((await ask()).status)
  expect(statuses).toEqual([...Array.from({ length: 30 }, () => 202), 429])
  expect((await ask(2)).status).toBe(202)
  expect(identity).toHaveBeenCalledTimes(31)
  app.upstash.setUp(false)
  expect((await ask(3)).status).toBe(503)
  app.upstash.setUp(true)
  identity.mockRestore()
})
