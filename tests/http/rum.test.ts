/** Reports of browsers: what is counted, what is refused, and that a refused one costs nothing. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const post = (body: unknown, headers: Record<string, string> = {}) =>
  app.request('/api/rum', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const endpointCount = (endpoint: string) =>
  app.metrics.count('voiceassist_rum_api_duration_seconds', endpoint)

test('a stranger’s report is counted under labels of ours only', async () => {
  const secret = 'ada@example.com'
  const failure = { type: 'error', name: 'TypeError', message: secret, stack: '', page: secret }
  const answer = await post({
    events: [
      { type: 'vital', name: 'LCP', ms: 900 },
      { type: 'shift', score: 0.02 },
      { type: 'load', ms: 1200 },
      { type: 'api', path: '/api/admin/feature-flags/new_greeting', ms: 40 },
      { type: 'api', path: `/api/${secret}`, ms: 40 },
      { type: 'navigation', page: '/ask', ms: 30 },
      { type: 'navigation', page: secret, ms: 30 },
      { type: 'click', action: 'ask' },
      { type: 'click', action: secret },
      failure,
    ],
  })
  expect(answer.status).toBe(204)
  await app.settle()
  const counts = {
    vital: app.metrics.count('voiceassist_rum_web_vital_seconds', 'LCP'),
    shift: app.metrics.count('voiceassist_rum_cls_score'),
    load: app.metrics.count('voiceassist_rum_page_load_seconds'),
    api: endpointCount('/api/admin/feature-flags/:name'),
    other: endpointCount('__other__'),
    page: app.metrics.count('voiceassist_rum_navigation_seconds', '/ask'),
    noPage: app.metrics.count('voiceassist_rum_navigation_seconds', '__other__'),
    click: app.metrics.count('voiceassist_rum_clicks_total', 'ask'),
    noClick: app.metrics.count('voiceassist_rum_clicks_total', '__other__'),
    failed: app.metrics.count('voiceassist_rum_errors_total', 'error'),
  }
  for (const [name, count] of Object.entries(counts)) expect([name, count]).toEqual([name, 1])
  const text = await (await app.request('/metrics')).text()
  expect(text).not.toMatch(/ada@example|new_greeting/)
})

const load = { type: 'load', ms: 1 }

test.each([
  ['no JSON', '{', 400],
  ['another form', { events: [{ ...load, user: 'ada' }] }, 400],
  ['nothing', { events: [] }, 400],
  ['one bad event among good ones', { events: [load, { type: 'load', ms: -1 }] }, 400],
  ['too much', { events: [load], more: 'a'.repeat(40_000) }, 413],
])('%s is refused and counts nothing', async (_, body, status) => {
  const before = app.metrics.count('voiceassist_rum_page_load_seconds')
  const answer = await post(body)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  await app.settle()
  expect(app.metrics.count('voiceassist_rum_page_load_seconds')).toBe(before)
})

test('too many of one address are refused before they are read', async () => {
  const before = app.metrics.count('voiceassist_rum_page_load_seconds')
  const limit = { limit: async () => ({ success: false }) }
  const answer = await app.app.request(
    '/api/rum',
    { method: 'POST', headers: { 'cf-connecting-ip': '192.0.2.7' }, body: 'a'.repeat(40_000) },
    { ...app.env, RUM_LIMIT: limit },
    app.execution,
  )
  expect(answer.status).toBe(429)
  expect(answer.headers.get('retry-after')).toBe('60')
  await app.settle()
  expect(app.metrics.count('voiceassist_rum_page_load_seconds')).toBe(before)
})

test('of many failures a few are passed on, and all are counted', async () => {
  const sent: unknown[] = []
  const env = {
    ...app.env,
    SENTRY_DSN: 'https://key@sentry.example/1',
    ERROR_REPORTS: { send: async (report: unknown) => void sent.push(report) },
  }
  const failure = {
    type: 'unhandledrejection',
    name: 'TypeError',
    message: 'call +49 170 1234567',
    stack: 'TypeError: x\n    at https://voice.example/console/assets/a.js:1:2',
    page: '/ask',
  }
  const body = JSON.stringify({ events: Array.from({ length: 30 }, () => failure) })
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body }
  const answer = await app.app.request('/api/rum', init, env, app.execution)
  expect(answer.status).toBe(204)
  await app.settle()
  // Ten in a minute, twenty where the test meets the minute's end.
  expect(sent.length).toBeGreaterThanOrEqual(10)
  expect(sent.length).toBeLessThanOrEqual(20)
  expect(sent[0]).toMatchObject({
    exceptions: [{ type: 'TypeError', value: 'call [PHONE_REDACTED]' }],
    extra: { page: '/ask' },
  })
})
