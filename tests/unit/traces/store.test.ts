/** Kept spans as rows: what a request was, whose, and nothing that Postgres would refuse. */
import { expect, test } from 'vitest'
import type { Kept, SpanData } from '../../../shared/trace-span.ts'
import { toRows } from '../../../shared/trace-store.ts'

const AT = Date.UTC(2026, 10, 26, 12)

const spanOf = (given: Partial<SpanData>): SpanData => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: null,
  isEntry: true,
  name: 'GET /x',
  kind: 'server',
  startMs: AT,
  endMs: AT + 7,
  attributes: {},
  isError: false,
  links: [],
  ...given,
})

function rowsOf(spans: SpanData[], segment: Partial<Kept['segment']> = {}) {
  const whose = { service: 'edge', requestId: 'r1', ...segment }
  return JSON.parse(toRows([{ segment: whose, isSampled: true, spans }])) as object[]
}

test('a request says its route and status apart, a call only among its attributes', () => {
  const attributes = { 'http.route': '/x', 'http.response.status_code': 404 }
  const [request, call] = rowsOf(
    [spanOf({ attributes }), spanOf({ attributes, kind: 'client', isEntry: false })],
    { tenantId: 'acme', sessionId: 's1' },
  )
  expect(request).toMatchObject({
    route: '/x',
    code: 404,
    entry: true,
    tenant: 'acme',
    session: 's1',
  })
  expect(request).toMatchObject({ at: '2026-11-26T12:00:00.000Z', ms: 7, status: 'ok', attributes })
  expect(call).not.toHaveProperty('route')
  expect(call).not.toHaveProperty('code')
})

test('work of nobody names no tenant', () => {
  expect(rowsOf([spanOf({})])[0]).not.toHaveProperty('tenant')
})

test('what Postgres takes in no text is left out, and a text that only looks like it is not', () => {
  const attributes = { 'error.message': 'a\0b \ud800 c', path: String.raw`\u0000` }
  const [row] = rowsOf([spanOf({ attributes, isError: true })])
  expect(row).toMatchObject({
    status: 'error',
    attributes: { 'error.message': 'ab \ufffd c', path: String.raw`\u0000` },
  })
})
