/** Spans of requests as a collector gets them; and that no request fails or waits for one that is down. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startApp, type TestApp } from './harness.ts'
import { attributesOf, startCollector } from './span-collector.ts'

let app: TestApp
let collector: Awaited<ReturnType<typeof startCollector>>

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

beforeAll(async () => {
  app = await startApp()
  collector = await startCollector()
  Object.assign(app.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
})
afterEach(() => app.settle())
afterAll(async () => {
  collector.close()
  await app.close()
})
beforeEach(() => {
  collector.spans.splice(0)
  collector.answer.status = 200
})

test('a request is one span by its route, in its caller’s trace, with its queries below', async () => {
  const headers = { authorization: `Bearer ${await app.token()}`, traceparent: PARENT }
  const path = '/api/admin/kb/documents?limit=7'
  expect((await app.request(path, { headers })).status).toBe(200)
  await app.settle()
  const root = collector.spans.find(({ name }) => name === 'GET /api/admin/kb/documents')
  expect(root).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
  })
  expect(attributesOf(root)).toMatchObject({
    'http.route': '/api/admin/kb/documents',
    'http.response.status_code': '200',
    duration_ms: expect.any(String),
  })
  const query = collector.spans.find(({ name }) => name === 'database.query')
  expect(query).toMatchObject({ parentSpanId: root?.spanId })
  expect(JSON.stringify(collector.spans)).not.toContain('limit=7')
})

test('a question is a tree of the names everybody knows, without a word of it', async () => {
  const headers = {
    authorization: `Bearer ${await app.token()}`,
    'content-type': 'application/json',
    traceparent: PARENT,
  }
  const body = JSON.stringify({ question: 'Where is the zanzibar lever?' })
  const answer = await app.request('/api/ask', { method: 'POST', headers, body })
  await answer.text()
  await app.settle()
  const idOf = (wanted: string) => collector.spans.find(({ name }) => name === wanted)?.spanId
  const parentOf = (wanted: string) =>
    collector.spans.find(({ name }) => name === wanted)?.parentSpanId
  expect(parentOf('agent.process_message')).toBe(idOf('api.send_message'))
  expect(parentOf('agent.build_messages')).toBe(idOf('agent.process_message'))
  expect(parentOf('agent.format_response')).toBe(idOf('agent.process_message'))
  expect(collector.spans.some(({ name }) => name === 'cache.command')).toBe(true)
  expect(JSON.stringify(collector.spans)).not.toMatch(/zanzibar|lever/)
})

test('a malformed traceparent begins a trace of our own', async () => {
  const headers = { traceparent: `${PARENT}x`, authorization: 'Bearer nonsense' }
  Object.assign(app.env, { OTEL_TRACES_SAMPLER_ARG: '1' })
  await app.request('/api/admin/kb/documents', { headers })
  await app.settle()
  Object.assign(app.env, { OTEL_TRACES_SAMPLER_ARG: '0' })
  expect(collector.spans[0]?.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(collector.spans[0]?.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c')
})

test('what is not sampled is not sent, unless it fails', async () => {
  await app.knock('/live')
  await app.settle()
  expect(collector.spans).toEqual([])
  const headers = { traceparent: PARENT.replace(/1$/, '0') }
  const files = app.env.FILES
  Object.assign(app.env, { FILES: { put: () => Promise.reject(new Error('full')) } })
  const form = new FormData()
  form.set('file', new File(['# Title'], 'a.md', { type: 'text/markdown' }))
  const authorization = `Bearer ${await app.token()}`
  const init = { method: 'POST', headers: { ...headers, authorization }, body: form }
  expect((await app.request('/api/admin/kb/documents', init)).status).toBe(500)
  await app.settle()
  Object.assign(app.env, { FILES: files })
  expect(collector.spans.map(({ name }) => name)).toContain('POST /api/admin/kb/documents')
})

test('a collector that is down or refuses costs no request anything but a count', async () => {
  collector.answer.status = 503
  const before = app.metrics.count('voiceassist_traces_exported_total', 'failed')
  const headers = { traceparent: PARENT }
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => app.request('/live', { headers })),
  )
  expect(answers.every((answer) => answer.status === 200)).toBe(true)
  await app.settle()
  await app.knock('/live')
  await app.settle()
  expect(app.metrics.count('voiceassist_traces_exported_total', 'failed') - before).toBe(20)
})
