/** Limits as callers meet them, counted by the real limiter in the Upstash stand-in. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { PLANS } from '../../workers/limits/plans.ts'
import { createFloodLimit, startApp, type TestApp, type Who } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
let tenant: string
beforeEach(() => {
  // Within a window: one that ends while a test runs would forget some of its requests.
  vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 60_000) * 60_000 })
  // As an isolate that has seen nothing yet.
  app.env = { ...app.env, FLOOD_LIMIT: createFloodLimit(), ADMIN_RATE_LIMIT: '20/minute' }
  tenant = 'acme'
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app.close())

const FLAGS = '/api/admin/feature-flags'
const ID = '0190f5b0-0000-7000-8000-000000000000'
const CALLER = PLANS.standard['voice.start'].caller.limit
const TENANT = PLANS.standard['voice.start'].tenant.limit
/** Counted before it says that it wants a WebSocket: 426. */
const REALTIME = '/v1/realtime?model=va'

/** With settings of its own, from an address of its own. */
async function call(
  method: string,
  path: string,
  {
    env = app.env,
    who = {},
    ip = '',
    headers = {},
  }: {
    env?: EdgeEnv
    who?: Who | null
    ip?: string
    headers?: Record<string, string>
  } = {},
) {
  const bearer = who && { authorization: `Bearer ${await app.token({ tenant, ...who })}` }
  const from = ip ? { 'cf-connecting-ip': ip } : {}
  const body = method === 'POST' || method === 'PATCH' ? '{}' : null
  const init = {
    method,
    headers: { 'content-type': 'application/json', ...bearer, ...from, ...headers },
    body,
  }
  return app.app.request(path, init, env, app.execution)
}

async function times(count: number, request: () => Promise<Response>) {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) statuses.push((await request()).status)
  return statuses
}

/** Calls to Upstash while `work` runs. */
async function tripsOf(work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(globalThis, 'fetch')
  await work()
  const calls = spy.mock.calls.filter(([input]) =>
    new Request(input).url.startsWith(app.upstash.url),
  )
  spy.mockRestore()
  return calls.length
}

test('a caller over the limit is told so, and when to come back; another tenant is not', async () => {
  const start = () => call('GET', REALTIME)
  const first = await start()
  expect(first.status).toBe(426)
  expect(first.headers.get('ratelimit-policy')).toBe(
    `"voice.start-caller";q=${CALLER};w=60, "voice.start-tenant";q=${TENANT};w=60`,
  )
  expect(first.headers.get('ratelimit')?.replaceAll(/;t=\d+/g, '')).toBe(
    `"voice.start-caller";r=${CALLER - 1}, "voice.start-tenant";r=${TENANT - 1}`,
  )
  const rest = CALLER - 1
  expect(await times(rest, start)).toEqual(Array.from({ length: rest }, () => 426))

  const refused = await start()
  expect(refused.status).toBe(429)
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(refused.headers.get('ratelimit-limit')).toBe(String(CALLER))
  expect(refused.headers.get('ratelimit-remaining')).toBe('0')
  expect(refused.headers.get('ratelimit-reset')).toBe(String(seconds))
  expect(await refused.json()).toMatchObject({ error: { code: 'rate_limited' } })

  tenant = 'globex'
  expect((await start()).status).toBe(426)
})

test('who was refused a moment ago is refused again without a call', async () => {
  const start = () => call('GET', REALTIME, { who: { tenant: 'again' } })
  await times(CALLER + 1, start)
  expect(await tripsOf(start)).toBe(0)
  expect((await start()).status).toBe(429)
})

test('after the window the caller is let in again', async () => {
  const start = () => call('GET', REALTIME, { who: { tenant: 'later' } })
  expect((await times(CALLER + 1, start)).at(-1)).toBe(429)
  // Half of the window after: half of what was there still counts.
  vi.setSystemTime(Date.now() + 90_000)
  const half = CALLER / 2
  expect(await times(half + 1, start)).toEqual([...Array.from({ length: half }, () => 426), 429])
})

test('requests at the same moment are counted one by one', async () => {
  const who = { tenant: 'parallel' }
  const answers = await Promise.all(
    Array.from({ length: CALLER + 5 }, () => call('GET', REALTIME, { who })),
  )
  expect(answers.filter(({ status }) => status === 426)).toHaveLength(CALLER)
})

test('a counted route makes one call for all of its rules, a cheap route none', async () => {
  await call('POST', FLAGS)
  expect(await tripsOf(() => call('POST', FLAGS))).toBe(1)
  expect(await tripsOf(() => call('GET', FLAGS))).toBe(0)
  // The first evaluation asks the cache.
  const evaluate = () => call('POST', '/ofrep/v1/evaluate/flags/none')
  await evaluate()
  expect(await tripsOf(evaluate)).toBe(0)
})

test('a hundred reads by the console trip nothing, nor do its pages', async () => {
  const ip = '203.0.113.1'
  expect(new Set(await times(100, () => call('GET', FLAGS, { ip })))).toEqual(new Set([200]))
  const page = { accept: 'text/html' }
  const open = () => call('GET', '/console/knowledge', { ip, who: null, headers: page })
  expect(new Set(await times(20, open))).toEqual(new Set([200]))
  expect((await call('GET', '/health', { ip, who: null })).status).toBe(200)
})

test.each([
  ['an address', '203.0.113.2', () => '203.0.113.2'],
  ['a /64 network', '2001:db8:1:2::1', (n: number) => `2001:db8:1:2:${n.toString(16)}::${n}`],
])('a flood from %s is refused, whatever else it claims to be', async (_name, last, ipOf) => {
  let n = 0
  const knock = () => {
    const headers = { 'x-forwarded-for': `10.0.0.${n % 250}`, 'x-real-ip': `10.0.1.${n % 250}` }
    return call('GET', '/api/nothing', { who: null, ip: ipOf(n++), headers })
  }
  expect(new Set(await times(100, knock))).toEqual(new Set([404]))
  const refused = await call('GET', FLAGS, { ip: last })
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('10')
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
  expect((await call('GET', FLAGS, { ip: '203.0.113.99' })).status).toBe(200)
})

test('administration without a valid token is counted per address, with one it is not', async () => {
  const ip = '203.0.113.3'
  const stranger = () => call('GET', FLAGS, { who: { forged: true }, ip })
  expect(await times(21, stranger)).toEqual([...Array.from({ length: 20 }, () => 401), 429])
  const refused = await stranger()
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.headers.get('ratelimit-policy')).toBe('"stranger-address";q=20;w=60')
  expect(refused.headers.get('www-authenticate')).toBeNull()
  expect((await call('GET', FLAGS, { ip })).status).toBe(200)
  expect((await call('GET', FLAGS, { who: null, ip: '203.0.113.4' })).status).toBe(401)
  // Elsewhere a missing token costs nothing.
  expect(await tripsOf(() => call('POST', '/api/ask', { who: null, ip: '203.0.113.5' }))).toBe(0)
})

test('the rate of administration is a setting', async () => {
  const env = { ...app.env, ADMIN_RATE_LIMIT: '2/hour' }
  const stranger = () => call('GET', FLAGS, { who: null, ip: '203.0.113.6', env })
  expect(await times(3, stranger)).toEqual([401, 401, 429])
  const bad = await call('GET', FLAGS, { env: { ...app.env, ADMIN_RATE_LIMIT: 'often' } })
  expect(await bad.json()).toMatchObject({
    code: 'misconfigured',
    detail: expect.stringContaining('ADMIN_RATE_LIMIT must be a rate such as 20/minute'),
  })
})

test('who may what is changed twenty times a minute by one caller, all else as often as the plan says', async () => {
  const who = { subject: 'grace' }
  const rename = () => call('PATCH', '/api/tenant', { who })
  const first = await rename()
  expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([
    422,
    '"access.change-caller";q=20;w=60',
  ])
  expect(await times(20, rename)).toEqual([...Array.from({ length: 19 }, () => 422), 429])
  for (const path of ['/api/admin/roles/x', '/api/admin/users/x', '/api/admin/invitations/x']) {
    expect((await call('DELETE', path, { who })).status).toBe(429)
  }
  expect((await call('DELETE', `/api/admin/api-keys/${ID}`, { who })).status).toBe(429)
  // Making a key is counted for itself; flags, documents and teams are the plan's matter.
  expect((await call('POST', '/api/admin/api-keys', { who })).status).toBe(422)
  expect((await call('POST', FLAGS, { who })).status).toBe(422)
  expect((await call('POST', '/api/admin/teams', { who })).status).toBe(422)
  expect((await call('PATCH', '/api/tenant')).status).toBe(422)
})

test('while Upstash is down counted routes let in, and the flood limit goes on', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const env = { ...app.env, UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' }
  const ip = '203.0.113.7'
  expect((await call('POST', FLAGS, { env, ip })).status).toBe(422)
  expect((await call('GET', FLAGS, { env, ip })).status).toBe(200)
  expect((await call('GET', FLAGS, { env, ip, who: null })).status).toBe(401)
  expect((await times(98, () => call('GET', FLAGS, { env, ip }))).at(-1)).toBe(429)
  log.mockRestore()
})
