/** Spans on their way into the database, without a collector: which are kept, and that nobody waits for it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLog } from '../../shared/log.ts'
import { sweepTraces } from '../../workers/traces/schedule.ts'
import { Trace } from '../../workers/traces/schemas.ts'
import { learn } from './knowledge-harness.ts'
import {
  CALLER,
  headerOf,
  newTrace,
  OWN,
  startTraces,
  type TestTraces,
  treeOf,
} from './trace-harness.ts'

let app: TestTraces
beforeAll(async () => {
  app = await startTraces()
})
beforeEach(() => app.clear())
afterEach(() => app.settle())
afterAll(() => app.close())

test('a question is kept as the tree it is, without a word of it, and found by its request', async () => {
  await learn(app, 'levers.md', '# Levers\n\nThe zanzibar lever is behind the boiler.')
  await app.settle()
  await app.sql.query('delete from trace_spans')
  const traceId = newTrace()
  const asked = await app.call('/api/ask', {
    method: 'POST',
    body: JSON.stringify({ question: 'Where is the zanzibar lever?' }),
    headers: headerOf(traceId),
  })
  const requestId = asked.headers.get('x-request-id') ?? ''
  const { items } = await app.page(`requestId=${requestId}`)
  expect(items).toEqual([
    expect.objectContaining({
      traceId,
      requestId,
      name: 'api.send_message',
      route: '/api/ask',
      tenantId: 'acme',
      status: 'ok',
      statusCode: 200,
      errors: 0,
    }),
  ])
  const trace = Trace.parse(await (await app.read(`${OWN}/${traceId}`)).json())
  expect(trace.spans).toHaveLength(items[0]?.spans ?? 0)
  const tree = treeOf(trace.spans, CALLER)
  expect(tree[0]).toBe('api.send_message')
  expect(tree).toEqual(
    expect.arrayContaining([
      '  agent.process_message',
      '    knowledge.retrieve',
      '      HTTP POST',
      '      database.query',
      '    agent.build_messages',
      '    agent.call_llm',
      '      HTTP POST',
      '    agent.format_response',
    ]),
  )
  expect(JSON.stringify(trace)).not.toMatch(/zanzibar|lever/i)
})

test('keeping spans makes no span', async () => {
  const traceId = newTrace()
  await app.call('/api/admin/kb/documents?limit=7', { headers: headerOf(traceId) })
  await app.knock('/live')
  await app.settle()
  const rows = await app.sql.query('select distinct trace_id from trace_spans')
  expect(rows).toEqual([{ trace_id: traceId }])
  const [{ text } = {}] = await app.sql.query(
    `select string_agg(to_jsonb(s)::text, '') as text from trace_spans s`,
  )
  expect(String(text)).not.toMatch(/limit|trace_append/)
})

test('what chance leaves out is kept when it fails, and does not count among the samples', async () => {
  const quiet = newTrace()
  await app.call('/api/admin/kb/documents', { headers: headerOf(quiet, '00') })
  expect(await app.sql.query('select from trace_spans')).toEqual([])
  const failing = newTrace()
  const files = app.env.FILES
  Object.assign(app.env, { FILES: { put: () => Promise.reject(new Error('full')) } })
  const form = new FormData()
  form.set('file', new File(['# Title'], 'a.md', { type: 'text/markdown' }))
  const { body, headers } = new Request('http://edge.test', { method: 'POST', body: form })
  const contentType = { 'content-type': headers.get('content-type') ?? '' }
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit
  await app.call('/api/admin/kb/documents', {
    ...init,
    headers: { ...contentType, ...headerOf(failing, '00') },
  })
  Object.assign(app.env, { FILES: files })
  const { items } = await app.page('failed=true')
  expect(items).toEqual([expect.objectContaining({ traceId: failing, status: 'error' })])
  expect(await app.sql.query('select is_sampled, status_code from performance_metrics')).toEqual([
    { is_sampled: false, status_code: 500 },
  ])
})

test('a batch is of many tenants; those that are gone lose theirs, the others nothing', async () => {
  const trace = newTrace()
  const kept = await app.keep(
    { tenant: 'acme' },
    { tenant: 'gone' },
    {},
    { tenant: 'globex', trace },
  )
  expect(kept).toBe(3)
  expect((await app.page('', { tenant: 'globex' })).items).toHaveLength(1)
})

test('within one tenant nothing is written for another', async () => {
  const row = { tenant: 'globex', trace: newTrace(), span: 'b7ad6b7169203331' }
  const attempt = app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    app.sql.query('select trace_append($1::jsonb)', [JSON.stringify([row])]),
  ])
  await expect(attempt).rejects.toMatchObject({ code: '42501' })
})

test('after seven days they are gone', async () => {
  const now = new Date('2026-11-26T12:00:00Z')
  await app.keep(
    { tenant: 'acme', at: '2026-11-19T11:59:59Z' },
    { at: '2026-11-19T11:59:59Z' },
    { tenant: 'acme', at: '2026-11-19T12:00:01Z' },
  )
  await sweepTraces({ env: app.env, log: createLog({ level: 'error' }), now: () => now })
  expect(await app.sql.query('select from trace_spans')).toHaveLength(1)
  expect(await app.sql.query('select from performance_metrics')).toHaveLength(1)
})

test('a database that refuses them costs no request anything but a count', async () => {
  const before = app.metrics.count('voiceassist_traces_stored_total', 'failed')
  await app.sql.query('revoke execute on function trace_append(jsonb) from app_user')
  const headers = headerOf(newTrace())
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => app.request('/live', { headers })),
  )
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  await app.settle()
  await app.sql.query('grant execute on function trace_append(jsonb) to app_user')
  await app.knock('/live')
  await app.settle()
  expect(app.metrics.count('voiceassist_traces_stored_total', 'failed') - before).toBe(20)
})
