/** Log lines in a Loki; and that one which is down, or is none, costs no request anything. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { pushOf, pushTo } from '../../shared/log-push.ts'
import { createLog } from '../../shared/log.ts'
import { startApp, type TestApp } from './harness.ts'
import { startLoki } from './loki-server.ts'

let app: TestApp
let loki: Awaited<ReturnType<typeof startLoki>>
beforeAll(async () => {
  ;[app, loki] = await Promise.all([startApp(), startLoki()])
})
beforeEach(() => {
  loki.entries.length = 0
  loki.pushes.length = 0
  loki.state.status = 204
  // What is pushed is also written.
  vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterEach(async () => {
  vi.restoreAllMocks()
  await app.settle()
})
afterAll(() => Promise.all([app.close(), loki.close()]))

/** An isolate of its own: what waits is an environment's. */
const isolate = (changes: object = {}) => {
  const LOKI_HEADERS = 'authorization=Basic%20dTp0,X-Scope-OrgID=acme'
  return { ...app.env, LOKI_URL: loki.url, LOKI_HEADERS, ...changes }
}

const fail = (env: EdgeEnv) =>
  Promise.resolve(
    app.app.request(
      '/api/rum',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          events: [
            {
              type: 'error',
              name: 'TypeError',
              message: 'of ada@example.com',
              stack: '',
              page: '/',
            },
          ],
        }),
      },
      env,
      app.execution,
    ),
  )

/** Counts of an isolate leave with its next request. */
async function countOf(result: string, env: EdgeEnv): Promise<number> {
  await app.app.request('/live', {}, env, app.execution)
  await app.settle()
  return app.metrics.count('voiceassist_log_lines_pushed_total', result)
}

const parsed = () => loki.entries.map(({ line }): Record<string, unknown> => JSON.parse(line))

test('lines of a request are pushed after it, with few labels and everything else inside', async () => {
  const env = isolate()
  const before = await countOf('sent', env)
  expect((await fail(env)).status).toBe(204)
  expect(loki.pushes).toEqual([])
  await app.settle()
  expect(loki.entries).toMatchObject([
    { labels: { service_name: 'voiceassist-edge', environment: 'local', level: 'error' } },
  ])
  expect(Object.keys(loki.entries[0]!.labels)).toHaveLength(3)
  const [line] = parsed()
  expect(line).toMatchObject({
    level: 'error',
    worker: 'edge',
    message: 'a page of the console failed',
    request_id: expect.any(String),
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    exception: { type: 'TypeError', message: 'of [EMAIL_REDACTED]' },
  })
  expect(loki.entries[0]!.at / 1_000_000n).toBe(BigInt(Date.parse(String(line?.['timestamp']))))
  expect(loki.pushes[0]).toMatchObject({ authorization: 'Basic dTp0', 'x-scope-orgid': 'acme' })
  expect((await countOf('sent', env)) - before).toBe(1)
})

test('what is written below a request leaves with whoever carries the next batch', async () => {
  const env = isolate()
  const waitUntil = (work: Promise<unknown>) => app.execution.waitUntil(work)
  expect(pushOf(env)).toBeUndefined()
  pushTo(env, 'edge')
  const log = createLog({ forward: pushOf(env) }, { logger: 'database' })
  for (let nth = 0; nth < 3; nth++) log.warn('slow query', { nth })
  await app.settle()
  expect(loki.entries).toEqual([])
  pushTo(env, 'edge', waitUntil)
  await app.settle()
  expect(parsed()).toMatchObject([{ nth: 0 }, { nth: 1 }, { nth: 2 }])
  expect(new Set(loki.entries.map(({ at }) => at)).size).toBe(3)
})

test.each([
  ['refuses', 500, {}],
  ['is away', 204, { LOKI_URL: 'http://127.0.0.1:1' }],
  ['has headers that are none', 204, { LOKI_HEADERS: 'authorization=%' }],
])('a Loki that %s is counted and fails no request', async (_, status, changes) => {
  const env = isolate(changes)
  const before = await countOf('failed', env)
  loki.state.status = status
  expect((await fail(env)).status).toBe(204)
  await app.settle()
  expect((await countOf('failed', env)) - before).toBe(1)
  expect(loki.entries).toEqual([])
})

test('of too many lines that wait the oldest are dropped, and counted', async () => {
  const env = isolate()
  const before = await countOf('dropped', env)
  const log = createLog({ forward: pushTo(env, 'edge') })
  for (let nth = 0; nth < 2100; nth++) log.info('waits', { nth })
  pushTo(env, 'edge', (work) => app.execution.waitUntil(work))
  await app.settle()
  expect(loki.entries).toHaveLength(2048)
  expect(parsed()[0]).toMatchObject({ nth: 52 })
  expect((await countOf('dropped', env)) - before).toBe(52)
})

test('without an address nothing is pushed', () => {
  expect(pushTo(isolate({ LOKI_URL: '' }), 'edge')).toBeUndefined()
})
