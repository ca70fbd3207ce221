import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterEach(() => app.settle())
afterAll(() => app.close())

/** As another isolate would see it: nothing is remembered for an environment never seen before. */
const asked = (path: string, changes: object = {}) =>
  Promise.resolve(app.app.request(path, {}, { ...app.env, ...changes }, app.execution))

test('ready names every dependency, and the one that does not answer', async () => {
  const ready = await asked('/ready')
  expect(ready.status).toBe(200)
  expect(await ready.json()).toMatchObject({ status: 'ready', checks: { qdrant: true, r2: true } })

  app.neon.setUp(false)
  const down = await asked('/api/v1/health')
  app.neon.setUp(true)
  expect(down.status).toBe(503)
  expect(await down.json()).toMatchObject({
    status: 'not_ready',
    checks: { database: false, vector: false, redis: true, identity: true },
  })
})

test('a check that ran a moment ago stands for all probes', async () => {
  const env = { ...app.env }
  const probe = () => Promise.resolve(app.app.request('/ready', {}, env, app.execution))
  const first = await (await probe()).text()
  const trips = app.neon.roundTrips()
  expect(await (await probe()).text()).toBe(first)
  expect(app.neon.roundTrips()).toBe(trips)
})

test('who runs the platform also learns how long each took; who cannot be judged is a stranger', async () => {
  const latenciesFor = async (token?: string, changes: object = {}) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const env = { ...app.env, ...changes }
    const answer = await app.app.request('/ready', { headers }, env, app.execution)
    expect(answer.status).toBe(200)
    return (await answer.json<{ latencies?: Record<string, number | null> }>()).latencies
  }
  const owner = await app.token()
  const platform = await app.token({ runsPlatform: true })
  expect(await latenciesFor()).toBeUndefined()
  expect(await latenciesFor('a.b.c')).toBeUndefined()
  expect(await latenciesFor(owner)).toBeUndefined()
  const latencies = await latenciesFor(platform)
  expect(Object.keys(latencies ?? {})).toEqual(['database', 'redis', 'queue', 'r2', 'identity'])
  expect(Object.values(latencies ?? {}).every((ms) => ms !== null && ms >= 0)).toBe(true)
  const permissionsNow = async () => ['flag.read']
  const demoted = { IDENTITY: { ...app.env.IDENTITY, permissionsNow } }
  expect(await latenciesFor(platform, demoted)).toBeUndefined()
})

test('a queue that does not answer makes it not ready; health names the version all the same', async () => {
  const DOCUMENTS = { metrics: () => Promise.reject(new Error('gone')) }
  const down = await asked('/ready', { DOCUMENTS })
  expect(down.status).toBe(503)
  expect(await down.json()).toMatchObject({ checks: { queue: false, database: true } })
  const health = await asked('/health', { DOCUMENTS })
  expect(await health.json()).toEqual({
    status: 'healthy',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    version: '0.1.0+version-of-the-tests',
  })
  expect(await (await asked('/live')).json()).toEqual({ status: 'alive' })
})

test('settings that are missing or malformed are all named in one problem; the process still lives', async () => {
  const broken = { DATABASE_URL: undefined, OPENAI_BASE_URL: 'nowhere', MAX_TURNS: 'eight' }
  const refused = await asked('/ready', broken)
  expect(refused.status).toBe(500)
  const problem = await refused.json<{ code: string; detail: string }>()
  expect(problem.code).toBe('misconfigured')
  expect(problem.detail).toMatch(/DATABASE_URL is missing.*OPENAI_BASE_URL.*MAX_TURNS must be/)
  expect((await asked('/health', broken)).status).toBe(200)
  expect((await asked('/live', broken)).status).toBe(200)
})

test('the OpenAPI document asks for a token exactly where a route does', async () => {
  const { paths } = await (
    await asked('/openapi.json')
  ).json<{
    paths: Record<string, Record<string, { security?: object[]; 'x-permission': string }>>
  }>()
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    const wanted = operation['x-permission'] === 'public' ? [] : [{ accessToken: [] }]
    expect(operation.security).toEqual(wanted)
  }
})
