/** The second factor: codes that are good once, ten wrong ones that lock, and what gets around none of it. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { BackupCodes, NewAuthenticator, PendingSignIn } from '../../workers/identity/schemas.ts'
import { codeAt, stepAt } from '../../workers/identity/totp.ts'
import {
  cookieOf,
  fromBase32,
  OWNER,
  problemOf,
  sessionOf,
  startIdentity,
  statusesOf,
  tokenIn,
} from './identity-harness.ts'

const PATH = '/api/auth/two-factor'

vi.setConfig({ testTimeout: 120_000 })

let app: Awaited<ReturnType<typeof startIdentity>>
let token: string
let tenant: string
let secret: Uint8Array
let codes: string[]
let password = OWNER.password
beforeAll(async () => {
  app = await startIdentity()
  const session = await sessionOf(await app.setUp())
  token = session.accessToken
  tenant = session.tenant.id
})
// Every test has codes of its own.
beforeEach(() => pass(90))
afterAll(async () => {
  vi.useRealTimers()
  await app.settle()
  await app.close()
})

const pass = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
const call = (path: string, body?: unknown) =>
  app.send(body === undefined ? 'GET' : 'POST', `${PATH}${path}`, body, token)
const code = () => codeAt(secret, stepAt(new Date()))
const wrong = async () => ((await code()) === '000000' ? '111111' : '000000')

async function ticket(): Promise<string> {
  const answer = await app.signIn(password)
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([202, []])
  return PendingSignIn.parse(await answer.json()).ticket
}
const verify = (of: string, typed: string) =>
  app.post(`${PATH}/verify`, { ticket: of, code: typed })

async function signInAgain() {
  token = (await sessionOf(await verify(await ticket(), await code()))).accessToken
  pass(90)
}

test('an authenticator counts once a code of it is confirmed', async () => {
  expect(await (await call('')).json()).toEqual({ isEnabled: false, backupCodesLeft: 0 })
  expect((await call('/confirm', { code: '123456' })).status).toBe(409)
  expect((await call('/setup', { password: 'wrong' })).status).toBe(403)
  const made = NewAuthenticator.parse(await (await call('/setup', { password })).json())
  secret = fromBase32(made.secret)
  expect((await app.signIn(password)).status).toBe(200)
  expect((await call('/confirm', { code: await wrong() })).status).toBe(403)

  ;({ backupCodes: codes } = BackupCodes.parse(
    await (await call('/confirm', { code: await code() })).json(),
  ))
  expect(new Set(codes).size).toBe(10)
  expect(await (await call('')).json()).toEqual({ isEnabled: true, backupCodesLeft: 10 })
  expect((await call('/setup', { password })).status).toBe(409)
  const [notice] = await app.mailsTo(OWNER.email)
  expect(notice).toMatchObject({ data: { change: 'two_factor_on' } })
})

test('the password alone opens nothing any more; with a code the token says how', async () => {
  const half = await ticket()
  expect((await app.post(`${PATH}/verify`, { ticket: half })).status).toBe(422)
  expect((await verify(half, await wrong())).status).toBe(401)
  const answer = await verify(half, await code())
  expect(answer.status).toBe(200)
  const session = await sessionOf(answer)
  expect(decodeJwt(session.accessToken)['amr']).toEqual(['pwd', 'otp', 'mfa'])
  const [cookie = ''] = answer.headers.getSetCookie()
  const renewed = await sessionOf(await app.renew(cookie.split(';')[0]!))
  expect(decodeJwt(renewed.accessToken)['amr']).toEqual(['pwd', 'otp', 'mfa'])
})

test('a sign-in with a code ends the session its browser had before', async () => {
  const former = cookieOf(await verify(await ticket(), await code()))
  pass(90)
  const again = { ticket: await ticket(), code: await code() }
  expect((await app.renew(former)).status).toBe(200)
  const answer = await app.post(`${PATH}/verify`, again, { cookie: former })
  expect((await app.renew(former)).status).toBe(401)
  expect((await app.renew(cookieOf(answer))).status).toBe(200)
})

test('of ten who use one code at once exactly one gets in', async () => {
  const tickets: string[] = []
  for (let n = 0; n < 10; n++) tickets.push(await ticket())
  const now = await code()
  const answers = await Promise.all(tickets.map((one) => verify(one, now)))
  expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 401)])
  expect((await verify(await ticket(), now)).status).toBe(401)
})

test('neither a used ticket nor one of ten minutes ago is good for anything', async () => {
  const one = await ticket()
  expect((await verify(one, await code())).status).toBe(200)
  pass(90)
  expect(await problemOf(await verify(one, await code()))).toMatchObject({ status: 401 })
  const late = await ticket()
  pass(600)
  expect(await problemOf(await verify(late, await code()))).toMatchObject({ status: 401 })
  expect((await verify('nothing of ours', await code())).status).toBe(401)
})

test('a backup code is good once, also for ten at once', async () => {
  const [first = '', second = ''] = codes
  const tickets: string[] = []
  for (let n = 0; n < 5; n++) tickets.push(await ticket())
  const answers = await Promise.all(tickets.map((one) => verify(one, first.toLowerCase())))
  expect(statusesOf(answers)).toEqual([200, 401, 401, 401, 401])
  expect((await verify(await ticket(), second.replaceAll('-', ' '))).status).toBe(200)
  await signInAgain()
  expect(await (await call('')).json()).toMatchObject({ backupCodesLeft: 8 })
})

test('ten wrong codes lock it for a quarter of an hour, however fast they come', async () => {
  const half = await ticket()
  const bad = await wrong()
  await app.settle()
  app.audited.length = 0
  const tries = await Promise.all(Array.from({ length: 20 }, () => verify(half, bad)))
  expect(statusesOf(tries)).toEqual([
    ...Array.from({ length: 10 }, () => 401),
    ...Array.from({ length: 10 }, () => 429),
  ])
  await app.settle()
  const told = (app.audited as { entry: { event: string; tenant: string } }[]).map(({ entry }) => {
    expect(entry.tenant).toBe(tenant)
    return entry.event
  })
  expect(told.toSorted()).toEqual([
    'auth.lockout',
    ...Array.from({ length: 10 }, () => 'auth.mfa.fail'),
  ])
  const locked = await verify(await ticket(), await code())
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800)
  expect(await problemOf(locked)).toMatchObject({ status: 429, code: 'rate_limited' })
  expect((await verify(await ticket(), codes[5]!)).status).toBe(429)
  pass(15 * 60)
  expect((await verify(await ticket(), await code())).status).toBe(200)
})

test('a reset of the password does not skip the code', async () => {
  await app.mailsTo(OWNER.email)
  await app.post('/api/auth/request-password-reset', { email: OWNER.email })
  const [mail] = await app.mailsTo(OWNER.email)
  const next = 'a passphrase after the reset'
  const answer = await app.post('/api/auth/reset-password', {
    token: tokenIn(mail),
    newPassword: next,
  })
  expect(answer.status).toBe(204)
  password = next
  await ticket()
})

test('new backup codes end the old ones, and both proofs are asked for', async () => {
  await signInAgain()
  const ask = (body: object) => call('/backup-codes', body)
  expect((await ask({ password: 'wrong', code: await code() })).status).toBe(403)
  expect((await ask({ password, code: await wrong() })).status).toBe(403)
  const old = codes[6]!
  ;({ backupCodes: codes } = BackupCodes.parse(
    await (await ask({ password, code: await code() })).json(),
  ))
  expect((await verify(await ticket(), old)).status).toBe(401)
  expect((await verify(await ticket(), codes[6]!)).status).toBe(200)
})

test('a change of address asks for both proofs as well', async () => {
  await signInAgain()
  const ask = (proofs: object) =>
    app.send('POST', '/api/auth/change-email', { newEmail: 'new@example.com', ...proofs }, token)
  const missing = await problemOf(await ask({ password }))
  expect(missing).toMatchObject({ status: 422, errors: [{ in: 'json', pointer: '/code' }] })
  expect((await ask({ password, code: await wrong() })).status).toBe(403)
  expect((await ask({ password: 'wrong', code: await code() })).status).toBe(403)
  expect(await app.mailsTo('new@example.com')).toEqual([])

  const once = await code()
  expect((await ask({ password, code: once })).status).toBe(202)
  expect(await app.mailsTo('new@example.com')).toHaveLength(1)
  expect((await ask({ password, code: once })).status).toBe(403)
})

test('it is turned off with both proofs, and nothing of it is left', async () => {
  await signInAgain()
  expect((await call('/disable', { password, code: await wrong() })).status).toBe(403)
  expect((await call('/disable', { password, code: await code() })).status).toBe(204)
  expect(await (await call('')).json()).toEqual({ isEnabled: false, backupCodesLeft: 0 })
  expect((await app.signIn(password)).status).toBe(200)
})

test('what happened is in the tenant’s log', async () => {
  const events = await app.auditOf(tenant)
  for (const event of ['auth.mfa.enable', 'auth.mfa.ok', 'auth.mfa.codes', 'auth.mfa.disable']) {
    expect(events).toContain(event)
  }
})
