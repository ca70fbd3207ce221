/** Traffic as those who run the platform see it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Overview } from '../../workers/ops/schemas.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const platform = { runsPlatform: true }

test('every step of the period is there, and the last one has what was just asked', async () => {
  await app.request('/live')
  await app.request('/nowhere')
  await app.settle()
  const answer = await app.send('GET', '/api/admin/ops/overview?period=1h', undefined, platform)
  expect(answer.status).toBe(200)
  const { points, total, readiness, stepSeconds } = Overview.parse(await answer.json())
  expect(points).toHaveLength(60)
  expect(stepSeconds).toBe(60)
  const [first, last] = [points.at(0), points.at(-1)]
  expect(Date.parse(last?.at ?? '') - Date.parse(first?.at ?? '')).toBe(59 * 60_000)
  expect(last).toMatchObject({ requests: 2, refused: 1, failed: 0 })
  expect(last?.p95Ms).toBeTypeOf('number')
  expect(first).toMatchObject({ requests: 0, p95Ms: null })
  expect(total).toMatchObject({ requests: 2, refused: 1 })
  expect(readiness).toMatchObject({ status: 'ready', latencies: { database: expect.any(Number) } })
})

test('it is for those who run the platform, and says what is wrong with a question', async () => {
  expect((await app.send('GET', '/api/admin/ops/overview')).status).toBe(403)
  const bad = await app.send('GET', '/api/admin/ops/overview?period=1y', undefined, platform)
  expect(bad.status).toBe(422)
  expect(await bad.json()).toMatchObject({ errors: [{ in: 'query', pointer: '/period' }] })
})

test('without metrics there is no traffic to show, and a shard that is down says so', async () => {
  const token = await app.token(platform)
  const ask = (changes: object) =>
    app.app.request(
      '/api/admin/ops/overview',
      { headers: { authorization: `Bearer ${token}` } },
      { ...app.env, ...changes },
      app.execution,
    )
  expect((await ask({ ENABLE_METRICS: 'false' })).status).toBe(404)
  const broken = { getByName: () => ({ marks: () => Promise.reject(new Error('away')) }) }
  const down = await ask({ METRICS: broken })
  expect(down.status).toBe(503)
  expect(down.headers.get('retry-after')).toBe('5')
})
