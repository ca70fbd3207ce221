/** Guessing passwords: how it is slowed down, and that nobody else is. The real identity Worker answers. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { OWNER, problemOf, sessionOf, startIdentity } from './identity-harness.ts'
import { startTurnstile } from './turnstile.ts'

const SIGN_IN = '/api/auth/sign-in/email'

let app: Awaited<ReturnType<typeof startIdentity>>
beforeAll(async () => {
  app = await startIdentity()
  await sessionOf(await app.setUp())
})
/** An account and addresses of its own for every test. */
let serial = 0
let email: string
beforeEach(() => {
  email = `nobody-${serial++}@example.com`
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app.close())

const addressOf = (n: number) => `10.${serial}.${n >> 8}.${n & 255}`
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

/** What the identity Worker would say, without the cost of a hash each time. */
function judge(status: number) {
  const spy = vi
    .spyOn(app.binding, 'fetch')
    .mockImplementation(async () => Response.json({}, { status }))
  return spy
}

async function attempt(ip: string, body: object = {}, headers: Record<string, string> = {}) {
  const given = { email, password: 'a wrong password', ...body }
  const answer = await app.post(SIGN_IN, given, { 'cf-connecting-ip': ip, ...headers })
  await app.settle()
  return answer
}

async function statusesOf(count: number, ipOf: (n: number) => string, body = {}) {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) statuses.push((await attempt(ipOf(n), body)).status)
  return statuses
}

const ten = (status: number) => Array.from({ length: 10 }, () => status)

test('twelve attempts on one account from twelve addresses are slowed down', async () => {
  judge(401)
  expect(await statusesOf(12, addressOf)).toEqual([...ten(401), 429, 429])
  const refused = await attempt(addressOf(13))
  expect(refused.headers.get('retry-after')).toBe('2')
  expect(await problemOf(refused)).toMatchObject({
    code: 'rate_limited',
    detail: 'Too many attempts to sign in; try again in 2 s.',
  })
  vi.restoreAllMocks()
})

test('the wait doubles, and an attempt that comes too early makes it no longer', async () => {
  judge(401)
  await statusesOf(10, addressOf)
  for (const wait of [2, 4, 8, 16]) {
    expect((await attempt(addressOf(20 + wait))).headers.get('retry-after')).toBe(String(wait))
    pass(wait - 1)
    expect((await attempt(addressOf(40 + wait))).headers.get('retry-after')).toBe('1')
    pass(1)
    expect((await attempt(addressOf(60 + wait))).status).toBe(401)
  }
  vi.restoreAllMocks()
})

test('the longest wait is a quarter of an hour, and rest makes all forgotten', async () => {
  judge(401)
  await statusesOf(10, addressOf)
  for (let n = 0; n < 12; n++) {
    pass(900)
    await attempt(addressOf(n))
  }
  expect((await attempt(addressOf(30))).headers.get('retry-after')).toBe('900')
  pass(1801)
  expect(await statusesOf(11, (n) => addressOf(40 + n))).toEqual([...ten(401), 429])
  vi.restoreAllMocks()
})

test('an address that tries many accounts is slowed down, and only that address', async () => {
  judge(401)
  const one = addressOf(1)
  for (let n = 0; n < 10; n++) {
    expect((await attempt(one, { email: `other-${n}@example.com` })).status).toBe(401)
  }
  expect((await attempt(one)).status).toBe(429)
  const claims = {
    'x-forwarded-for': '9.9.9.9',
    'x-real-ip': '9.9.9.9',
    'true-client-ip': '9.9.9.9',
  }
  expect((await attempt(one, {}, claims)).status).toBe(429)
  expect((await attempt(addressOf(2))).status).toBe(401)
  vi.restoreAllMocks()
})

test('addresses of one /64 network count as one', async () => {
  judge(401)
  for (let n = 0; n < 10; n++) {
    await attempt(`2001:db8:${serial}:1::${n}`, { email: `six-${n}@example.com` })
  }
  expect((await attempt(`2001:db8:${serial}:1:ffff::1`)).status).toBe(429)
  expect((await attempt(`2001:db8:${serial}:2::1`)).status).toBe(401)
  vi.restoreAllMocks()
})

test('of many attempts at the same moment ten are judged', async () => {
  const spy = judge(401)
  const answers = await Promise.all(
    Array.from({ length: 15 }, (_, n) =>
      app.post(SIGN_IN, { email, password: 'x' }, { 'cf-connecting-ip': addressOf(n) }),
    ),
  )
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
  expect(spy).toHaveBeenCalledTimes(10)
  vi.restoreAllMocks()
})

test('ten people signing in at the same moment from one address get in', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      app.post(
        SIGN_IN,
        { email: OWNER.email, password: OWNER.password },
        { 'cf-connecting-ip': '10.99.0.1' },
      ),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(ten(200))
})

test('a known and an unknown account get the same answers', async () => {
  const bodyOf = async (answer: Response) => [answer.status, await problemOf(answer)]
  const known = { email: OWNER.email }
  expect(await bodyOf(await attempt(addressOf(1), known))).toEqual(
    await bodyOf(await attempt(addressOf(2))),
  )
  judge(401)
  for (const body of [known, {}]) await statusesOf(10, addressOf, body)
  const [one, other] = [await attempt(addressOf(50), known), await attempt(addressOf(51))]
  expect(one.headers.get('retry-after')).toBe(other.headers.get('retry-after'))
  expect(await bodyOf(one)).toEqual(await bodyOf(other))
  vi.restoreAllMocks()
})

test('strangers cannot slow down an owner where they signed in before', async () => {
  const home = '10.99.0.2'
  pass(3600)
  const right = { email: OWNER.email, password: OWNER.password }
  expect((await attempt(home, right)).status).toBe(200)
  judge(401)
  expect((await statusesOf(11, addressOf, { email: OWNER.email })).at(-1)).toBe(429)
  vi.restoreAllMocks()
  expect((await attempt(home, right)).status).toBe(200)
  // And the owner's success is none for the strangers.
  expect((await attempt(addressOf(99), { email: OWNER.email })).status).toBe(429)
})

test('a success ends the account’s count, but gives the address no more than that attempt', async () => {
  judge(401)
  const one = addressOf(1)
  expect(await statusesOf(9, () => one)).toEqual(Array.from({ length: 9 }, () => 401))
  judge(200)
  expect((await attempt(one, { email: `mine-${serial}@example.com` })).status).toBe(200)
  judge(401)
  expect(await statusesOf(2, () => one)).toEqual([401, 429])

  email = `again-${serial}@example.com`
  await statusesOf(9, (n) => addressOf(20 + n))
  judge(200)
  await attempt(addressOf(30))
  judge(401)
  expect(await statusesOf(11, (n) => addressOf(40 + n))).toEqual([...ten(401), 429])
  vi.restoreAllMocks()
})

test('attempts that nobody judged do not count', async () => {
  judge(503)
  expect(new Set(await statusesOf(15, () => addressOf(1)))).toEqual(new Set([503]))
  app.binding.isDown = true
  vi.restoreAllMocks()
  expect(new Set(await statusesOf(15, () => addressOf(1)))).toEqual(new Set([503]))
  app.binding.isDown = false
  judge(401)
  expect((await attempt(addressOf(1))).status).toBe(401)
  vi.restoreAllMocks()
})

test.each([
  '//api/auth/sign-in/email',
  '/api//auth/sign-in/email',
  '/api/auth/sign-in/email/',
  '/API/auth/sign-in/email',
])('%s is no way around', async (path) => {
  const spy = judge(401)
  const answer = await app.post(
    path,
    { email, password: 'x' },
    { 'cf-connecting-ip': addressOf(1) },
  )
  expect(answer.status).toBe(404)
  expect(spy).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

test('another spelling of the path or of the address is counted as the same', async () => {
  judge(401)
  const spelled = { email: email.toUpperCase(), password: 'x' }
  for (let n = 0; n < 10; n++) {
    await app.post('/api/auth/sign-in/%65mail', spelled, { 'cf-connecting-ip': addressOf(n) })
  }
  expect((await attempt(addressOf(20))).status).toBe(429)
  vi.restoreAllMocks()
})

test('while Upstash is down nobody signs in, and is told to come back', async () => {
  // What other tests counted for this account is forgotten by then.
  pass(4 * 3600)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  app.upstash.setUp(false)
  const answer = await attempt(addressOf(1), { email: OWNER.email, password: OWNER.password })
  app.upstash.setUp(true)
  expect(answer.headers.get('retry-after')).toBe('5')
  expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'dependency_down' })
  expect(
    (await attempt(addressOf(1), { email: OWNER.email, password: OWNER.password })).status,
  ).toBe(200)
  log.mockRestore()
})

test('what stands in Upstash names neither account nor address', async () => {
  judge(401)
  const spy = vi.spyOn(globalThis, 'fetch')
  await attempt('192.0.2.77')
  const sent = JSON.stringify(spy.mock.calls.map(([, init]) => init?.body))
  expect(sent).toContain('sign-in:account:')
  expect(sent).not.toContain(email)
  expect(sent).not.toContain('192.0.2.77')
  vi.restoreAllMocks()
})

test('a solved challenge takes the place of the wait, once; nobody is asked before one is needed', async () => {
  const turnstile = await startTurnstile()
  Object.assign(app.env, { TURNSTILE_SECRET: 'turnstile-secret', TURNSTILE_URL: turnstile.url })
  judge(401)
  const solved = { turnstileToken: 'solved' }
  expect(await statusesOf(10, addressOf, { turnstileToken: 'not yet' })).toEqual(ten(401))
  expect(turnstile.asked).toEqual([])

  const refused = await attempt(addressOf(20))
  expect(await problemOf(refused)).toMatchObject({
    detail: expect.stringContaining('turnstileToken'),
  })
  expect((await attempt(addressOf(21), { turnstileToken: 'wrong' })).status).toBe(429)
  expect((await attempt(addressOf(22), solved)).status).toBe(401)
  expect(turnstile.asked.at(-1)?.get('remoteip')).toBe(addressOf(22))
  expect((await attempt(addressOf(23), solved)).status).toBe(429)

  await turnstile.close()
  expect((await attempt(addressOf(24), solved)).status).toBe(429)
  Object.assign(app.env, { TURNSTILE_SECRET: '' })
  expect((await attempt(addressOf(25), solved)).status).toBe(429)
  vi.restoreAllMocks()
})
