/** Kept traces over HTTP: who sees which, filters and pages. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Performance, Trace, type TracePage } from '../../workers/traces/schemas.ts'
import {
  ALL,
  CALLER,
  headerOf,
  newTrace,
  OWN,
  startTraces,
  type TestTraces,
} from './trace-harness.ts'

const platform = { runsPlatform: true }
const globex = { tenant: 'globex' }

let app: TestTraces
beforeAll(async () => {
  app = await startTraces()
})
beforeEach(() => app.clear())
afterEach(() => app.settle())
afterAll(() => app.close())

test('work of no tenant is for those who run the platform, and so is every tenant’s', async () => {
  const [nobody, theirs] = [newTrace(), newTrace()]
  await app.request('/live', { headers: headerOf(nobody) })
  await app.call('/api/admin/kb/documents', { headers: headerOf(theirs) }, globex)
  expect((await app.page()).items).toEqual([])
  expect((await app.page('', globex)).items.map(({ traceId }) => traceId)).toEqual([theirs])
  expect((await app.read(`${OWN}/${theirs}`)).status).toBe(404)
  expect((await app.read(`${OWN}/${nobody}`)).status).toBe(404)
  expect((await app.read(ALL)).status).toBe(403)
  expect((await app.read(`${ALL}/${theirs}`)).status).toBe(403)
  const { items } = await app.page('', platform, ALL)
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ traceId: nobody, tenantId: null, name: 'GET /live' }),
      expect.objectContaining({ traceId: theirs, tenantId: 'globex' }),
    ]),
  )
  const seen = await app.read(`${ALL}/${theirs}`, platform)
  expect(Trace.parse(await seen.json()).spans[0]).toMatchObject({ tenantId: 'globex' })
})

test('a member without the right to read the log sees no trace', async () => {
  for (const path of [OWN, `${OWN}/${newTrace()}`, '/api/admin/ops/performance']) {
    expect((await app.read(path, { role: 'editor' })).status).toBe(403)
  }
})

test.each([
  ['route=/slow', ['slow']],
  ['route=GET%20/fast', ['fast']],
  ['status=404', ['missing']],
  ['status=4xx', ['missing']],
  ['minDurationMs=500', ['slow']],
  ['failed=true', ['broken']],
  ['from=2026-11-20T12:02:00Z', ['broken', 'missing']],
  ['to=2026-11-20T12:01:00Z', ['fast']],
  ['status=2xx&minDurationMs=1&to=2026-11-20T12:02:00Z', ['slow', 'fast']],
  ['route=/nowhere', []],
])('%s finds %j', async (query, expected) => {
  const traces = Object.fromEntries(
    ['fast', 'slow', 'missing', 'broken'].map((name) => [name, newTrace()]),
  )
  const made = { tenant: 'acme', at: '2026-11-20T12:00:00Z' }
  const { fast = '', slow = '', missing = '', broken = '' } = traces
  const at = (minute: number) => `2026-11-20T12:0${minute}:00Z`
  await app.keep(
    { ...made, trace: fast, name: 'GET /fast' },
    { ...made, trace: slow, name: 'GET /slow', ms: 900, at: at(1) },
    { ...made, trace: missing, name: 'GET /missing', code: 404, at: at(2) },
    { ...made, trace: broken, name: 'GET /broken', at: at(3), span: CALLER },
    { ...made, trace: broken, name: 'inner', at: at(3), status: 'error', parent: CALLER },
    { ...made, tenant: 'globex', name: 'GET /slow', ms: 900 },
  )
  const nameOf = (id: string) => Object.keys(traces).find((name) => traces[name] === id)
  const { items } = await app.page(query)
  expect(items.map(({ traceId }) => nameOf(traceId))).toEqual(expected)
})

test('pages follow on each other without a gap, also where times are the same', async () => {
  const at = '2026-11-20T12:00:00.000Z'
  await app.keep(...Array.from({ length: 7 }, () => ({ tenant: 'acme', at })))
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const next: TracePage = await app.page(`limit=3${cursor && `&cursor=${cursor}`}`)
    seen.push(...next.items.map(({ traceId }) => traceId))
    cursor = next.nextCursor
  }
  expect(new Set(seen).size).toBe(7)
})

test.each([
  ['status=600', '/status'],
  ['status=5xxx', '/status'],
  ['minDurationMs=-1', '/minDurationMs'],
  ['failed=yes', '/failed'],
  ['from=yesterday', '/from'],
  ['limit=101', '/limit'],
  ['cursor=2026', '/cursor'],
])('%s is refused by its field', async (query, pointer) => {
  const answer = await app.read(`${OWN}?${query}`)
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({ errors: [{ in: 'query', pointer }] })
})

test('a name that is no trace id is refused', async () => {
  expect((await app.read(`${OWN}/nonsense`)).status).toBe(422)
})

test('routes are compared by the requests that chance kept', async () => {
  const made = { tenant: 'acme', session: 's1' }
  const times = Array.from({ length: 20 }, (_, index) => index + 1)
  await app.keep(
    ...times.map((ms) => ({ ...made, name: 'GET /a', ms })),
    { ...made, name: 'GET /a', ms: 9000, sampled: false },
    { ...made, name: 'GET /b', ms: 70, code: 503 },
    { ...made, tenant: 'globex', name: 'GET /c' },
  )
  const { items } = Performance.parse(await (await app.read('/api/admin/ops/performance')).json())
  expect(items).toEqual([
    { method: 'GET', endpoint: '/b', sampled: 1, failed: 1, p50Ms: 70, p95Ms: 70, p99Ms: 70 },
    { method: 'GET', endpoint: '/a', sampled: 20, failed: 0, p50Ms: 10, p95Ms: 19, p99Ms: 20 },
  ])
  const none = await app.read('/api/admin/ops/performance?to=2026-01-01T00:00:00Z')
  expect(await none.json()).toEqual({ items: [] })
  const sessions = await app.sql.query('select distinct session_id as id from performance_metrics')
  expect(sessions).toEqual([{ id: 's1' }])
})
