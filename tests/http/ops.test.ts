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
