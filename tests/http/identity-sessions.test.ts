/** A user's own sessions: listed, ended, and refused on the edge soon after, at once where it counts. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { callContext } from '../../workers/identity-worker/context.ts'
import { revoke } from '../../workers/identity/issuer/revocation.ts'
import { SessionList } from '../../workers/identity/schemas.ts'
import { admit } from '../../workers/identity/service.ts'
import { cookieOf, OWNER, problemOf, sessionOf, startIdentity } from './identity-harness.ts'

const FLAGS = '/api/admin/feature-flags'
const SESSIONS = '/api/auth/sessions'

vi.setConfig({ testTimeout: 120_000 })

let app: Awaited<ReturnType<typeof startIdentity>>
let tenant: string
beforeAll(async () => {
  app = await startIdentity()
  tenant = (await sessionOf(await app.setUp())).tenant.id
})
afterEach(() => app.settle())
afterAll(async () => {
  vi.useRealTimers()
  await app.close()
})

async function open(headers: Record<string, string> = {}) {
  const { email, password } = OWNER
  const response = await app.post('/api/auth/sign-in/email', { email, password }, headers)
  const cookie = cookieOf(response)
  return { cookie, token: (await sessionOf(response)).accessToken }
}

const list = async (token: string) =>
  SessionList.parse(await (await app.send('GET', SESSIONS, undefined, token)).json()).items

const statusOf = async (token: string, method = 'GET', path = FLAGS) =>
  (await app.send(method, path, undefined, token)).status

/** Moves the clock of all Workers; it never goes back, as theirs do not. */
const pass = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

test('a session shows where and when it was opened, and which one it is', async () => {
  const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
  const first = await open({ 'user-agent': agent, 'cf-connecting-ip': '203.0.113.77' })
  const second = await open({ 'cf-connecting-ip': '2001:db8:1:2:3:4:5:6' })
  const items = await list(second.token)
  expect(items.find(({ device }) => device === 'Firefox, Linux')).toMatchObject({
    network: '203.0.113.0/24',
    isCurrent: false,
  })
  expect(items.filter(({ isCurrent }) => isCurrent)).toEqual([
    expect.objectContaining({ device: '', network: '2001:db8:1:2::/64' }),
  ])
  expect(Date.parse(items[0]!.expiresAt)).toBeGreaterThan(Date.now())
  expect((await list(first.token)).length).toBe(items.length)
})

test('a session ended elsewhere is refused within fifteen seconds, also with a token seen before', async () => {
  const [mine, lost] = [await open(), await open()]
  expect(await statusOf(lost.token)).toBe(200)
  const { id } = (await list(lost.token)).find(({ isCurrent }) => isCurrent)!
  expect(await statusOf(mine.token, 'DELETE', `${SESSIONS}/${id}`)).toBe(204)
  expect((await app.renew(lost.cookie)).status).toBe(401)
  expect(await app.auditOf(tenant)).toContain('session.revoke')

  pass(15)
  const problem = await problemOf(await app.send('GET', FLAGS, undefined, lost.token))
  expect(problem).toMatchObject({ status: 401, detail: 'The session has ended; sign in again.' })
  expect(await statusOf(mine.token)).toBe(200)
})

test('under traffic nobody waits for the revocations to be read, and they are read all the same', async () => {
  const [mine, lost] = [await open(), await open()]
  expect(await statusOf(lost.token)).toBe(200)
  const { id } = (await list(lost.token)).find(({ isCurrent }) => isCurrent)!
  await statusOf(mine.token, 'DELETE', `${SESSIONS}/${id}`)
  pass(11)
  // This one is answered from what was known, and sets off the call behind it.
  expect(await statusOf(lost.token)).toBe(200)
  await app.settle()
  expect(await statusOf(lost.token)).toBe(401)
})

test('a token seen before costs no call at all for ten seconds, then one that nobody waits for', async () => {
  const { token } = await open()
  const headers = new Headers({ authorization: `Bearer ${token}` })
  pass(20)
  const start = Date.now()
  const deferred: Promise<unknown>[] = []
  const ask = (ms: number) =>
    admit(app.env, headers, (work) => void deferred.push(work), new Date(start + ms))
  await ask(0)
  await Promise.all(deferred.splice(0))
  const spy = vi.spyOn(globalThis, 'fetch')
  for (let ms = 1; ms < 10_000; ms += 500) await ask(ms)
  expect(spy).not.toHaveBeenCalled()
  await Promise.all([ask(10_000), ask(10_001), ask(10_002)])
  expect(deferred).toHaveLength(1)
  expect(spy).toHaveBeenCalledTimes(1)
  await Promise.all(deferred)
  spy.mockRestore()
  pass(20)
})

test('a revoked session may do nothing that must be fresh, from the same moment on', async () => {
  const { token, cookie } = await open()
  const headers = new Headers({ authorization: `Bearer ${token}` })
  const caller = await admit(app.env, headers, () => {})
  await app.post('/api/auth/sign-out', undefined, { cookie })
  const { actor } = caller
  const sessionId = actor.type === 'user' ? actor.sessionId : ''
  expect(await app.binding.permissionsNow(sessionId, caller.tenantId)).toBeNull()
})

test('when a user is revoked their older tokens are refused, and newer ones are good', async () => {
  const { cookie, token } = await open()
  const user = (await sessionOf(await app.renew(cookie))).user
  await revoke(
    callContext(app.settings, () => {}),
    [{ type: 'user', id: user.id }],
  )
  pass(15)
  expect(await statusOf(token)).toBe(401)
  const { accessToken } = await sessionOf(await app.renew(cookie))
  expect(await statusOf(accessToken)).toBe(200)
})

test('ending the others leaves the one that asks, ending all leaves none', async () => {
  const [mine, other] = [await open(), await open()]
  const others = await app.send('POST', `${SESSIONS}/revoke-others`, undefined, mine.token)
  expect(await others.json()).toEqual({ ended: expect.any(Number) })
  expect(await list(mine.token)).toHaveLength(1)
  expect((await app.renew(other.cookie)).status).toBe(401)

  const all = await app.send('POST', `${SESSIONS}/revoke-all`, undefined, mine.token)
  expect(await all.json()).toEqual({ ended: 1 })
  expect(all.headers.getSetCookie()[0]).toMatch(/^__Host-va_session=; Max-Age=0;/)
  expect((await app.renew(mine.cookie)).status).toBe(401)
  // Here the session itself is looked at, so there is nothing to wait for.
  expect(await statusOf(mine.token, 'GET', SESSIONS)).toBe(401)
})

test('of ten who end one session one does, and nobody ends another user’s', async () => {
  const [mine, lost] = [await open(), await open()]
  const { id } = (await list(lost.token)).find(({ isCurrent }) => isCurrent)!
  const ends = Array.from({ length: 10 }, () => statusOf(mine.token, 'DELETE', `${SESSIONS}/${id}`))
  const statuses = await Promise.all(ends)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([204, ...Array.from({ length: 9 }, () => 404)])

  const sql = connect(app.database.owner)
  await sql.query(`insert into auth.users (id, name, email, created_at, updated_at)
    values ('eve', 'Eve', 'eve@example.com', now(), now())`)
  const theirs = crypto.randomUUID()
  await sql.query(
    `insert into auth.sessions (id, expires_at, token, created_at, updated_at, user_id)
     values ($1, now() + interval '1 hour', 'theirs', now(), now(), 'eve')`,
    [theirs],
  )
  expect(await statusOf(mine.token, 'DELETE', `${SESSIONS}/${theirs}`)).toBe(404)
  expect(await statusOf(mine.token, 'DELETE', `${SESSIONS}/none`)).toBe(422)
  expect(await sql.query(`select id from auth.sessions where user_id = 'eve'`)).toHaveLength(1)
})

test('while Redis is down sessions end, and what was known as revoked stays refused', async () => {
  const [mine, lost, late] = [await open(), await open(), await open()]
  const idOf = async (token: string) => (await list(token)).find(({ isCurrent }) => isCurrent)!.id
  await statusOf(mine.token, 'DELETE', `${SESSIONS}/${await idOf(lost.token)}`)
  const lateId = await idOf(late.token)
  pass(15)
  expect(await statusOf(lost.token)).toBe(401)

  app.upstash.setUp(false)
  expect(await statusOf(mine.token, 'DELETE', `${SESSIONS}/${lateId}`)).toBe(204)
  pass(30)
  expect(await statusOf(lost.token)).toBe(401)
  expect(await statusOf(mine.token)).toBe(200)
  expect((await app.renew(late.cookie)).status).toBe(401)
})
