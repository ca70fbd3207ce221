/** A page's call and the request it became are one trace, from the browser to the last query. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { startApp, type TestApp } from './harness.ts'

interface Span {
  service: string
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
}

interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] }
    scopeSpans: { spans: Omit<Span, 'service'>[] }[]
  }[]
}

let app: TestApp
let collector: Server
const spans: Span[] = []

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { resourceSpans } = (await json(request)) as Export
  for (const { resource, scopeSpans } of resourceSpans) {
    const service = resource.attributes[0]?.value.stringValue ?? ''
    const some = scopeSpans.flatMap((scope) => scope.spans)
    spans.push(...some.map((span) => ({ ...span, service })))
  }
  response.end()
}

beforeAll(async () => {
  app = await startApp()
  collector = createServer((request, response) => void take(request, response))
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  Object.assign(app.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_TRACES_SAMPLER_ARG: '0.5',
    ENABLE_TRACES: 'true',
  })
})
afterEach(() => app.settle())
afterAll(async () => {
  collector.close()
  await app.close()
})

/** The last digits decide: one trace is within the half that is kept. */
const [KEPT, LEFT] = ['0', 'f'].map((first) => `af7651916cd43dd844${first}${'0'.repeat(13)}`)
const [LOAD, CALL] = ['b7ad6b7169203331', 'b7ad6b7169203332']

async function visit(trace: string | undefined) {
  spans.length = 0
  const traceparent = (span: string) => `00-${trace}-${span}-00`
  const path = '/api/admin/kb/documents'
  const authorization = `Bearer ${await app.token()}`
  const headers = {
    authorization,
    traceparent: traceparent(CALL),
    'sec-fetch-site': 'same-origin',
  }
  expect((await app.request(path, { headers })).status).toBe(200)
  const load = { traceparent: traceparent(LOAD), ago: 900 }
  const call = {
    traceparent: traceparent(CALL),
    parent: LOAD,
    ago: 400,
    method: 'GET',
    status: 200,
  }
  const events = [
    { type: 'load', ms: 800, span: load },
    { type: 'api', path, ms: 40, span: call },
  ]
  const body = JSON.stringify({ events })
  const report = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  expect((await app.request('/api/rum', report)).status).toBe(204)
  await app.settle()
  return spans.filter(({ traceId }) => traceId === trace)
}

test('page, call, request and query are one tree', async () => {
  const tree = await visit(KEPT)
  const of = (service: string, name: string) =>
    tree.find((span) => span.service === `voiceassist-${service}` && span.name === name)
  const load = of('console', 'console.load')
  expect(load).toMatchObject({ spanId: LOAD })
  expect(load).not.toHaveProperty('parentSpanId')
  expect(of('console', 'GET /api/admin/kb/documents')).toMatchObject({
    spanId: CALL,
    parentSpanId: LOAD,
  })
  const request = of('edge', 'GET /api/admin/kb/documents')
  expect(request).toMatchObject({ parentSpanId: CALL })
  expect(of('edge', 'database.query')).toMatchObject({ parentSpanId: request?.spanId })
  const kept = await connect(app.database.owner).query(
    `select span_id, operation_name, tenant_id from trace_spans
     where service = 'console' and trace_id = $1 order by span_id`,
    [KEPT],
  )
  expect(kept).toEqual([
    { span_id: LOAD, operation_name: 'console.load', tenant_id: null },
    { span_id: CALL, operation_name: 'GET /api/admin/kb/documents', tenant_id: null },
  ])
})

test('a trace that is not kept has no span of either side', async () => {
  expect(await visit(LEFT)).toEqual([])
})
