/** Spans of browsers: their names are ours, and so is the decision which of them are kept. */
import { expect, test } from 'vitest'
import { NO_METRICS } from '../../../shared/metrics.ts'
import { decideForPage } from '../../../shared/trace-page.ts'
import type { SpanData } from '../../../shared/trace-span.ts'
import { RumReport } from '../../../workers/ops/rum-schemas.ts'
import { recordReport } from '../../../workers/ops/rum-service.ts'
import { spanOf } from '../../../workers/ops/rum-span-service.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
/** The last fourteen digits decide: one trace is in every share, the other only where all are kept. */
const [KEPT, LEFT] = ['0', 'f'].map((first) => `af7651916cd43dd844${first}${'0'.repeat(13)}`) as [
  string,
  string,
]
const SPAN = 'b7ad6b7169203331'
const traceparent = (trace: string, flags = '00') => `00-${trace}-${SPAN}-${flags}`

const call = (changes: object = {}, ms = 40) => {
  const ref = { traceparent: traceparent(KEPT), ago: 500, method: 'GET', status: 200 } as const
  return { type: 'api', path: '/api/jobs/7', ms, span: { ...ref, ...changes } } as const
}

test('a call is a client’s span by its template, in the trace it began', () => {
  expect(spanOf(call(), '/api/jobs/:id', NOW)).toEqual({
    traceId: KEPT,
    spanId: SPAN,
    parentSpanId: null,
    isEntry: true,
    name: 'GET /api/jobs/:id',
    kind: 'client',
    startMs: NOW - 500,
    endMs: NOW - 460,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/api/jobs/:id',
      'http.response.status_code': 200,
    },
    isError: false,
    links: [],
  })
})

test.each([
  [0, 'no_answer', true],
  [404, undefined, false],
  [503, '503', true],
])('an answer of %s', (status, type, isError) => {
  const span = spanOf(call({ status }), '/', NOW)
  expect(span?.isError).toBe(isError)
  expect(span?.attributes['error.type']).toBe(type)
})

test('a page’s load is a root, what it asked for meanwhile is below it, and nothing ends later than its report', () => {
  const load = {
    type: 'load',
    ms: 900,
    span: { traceparent: traceparent(KEPT), ago: 300 },
  } as const
  expect(spanOf(load, '', NOW)).toMatchObject({ name: 'console.load', endMs: NOW })
  const parent = '0000000000000001'
  expect(spanOf(call({ parent }), '/', NOW)).toMatchObject({ parentSpanId: parent })
  expect(spanOf({ type: 'load', ms: 1 }, '', NOW)).toBeUndefined()
})

test.each([
  ['a name', { name: 'api.send_message' }],
  ['a method of its own', { method: 'BREW' }],
  ['a status that is none', { status: 600 }],
  ['a traceparent that is none', { traceparent: `${traceparent(KEPT)}-x` }],
  ['a trace id of zeros', { traceparent: traceparent('0'.repeat(32)) }],
  ['a parent that is none', { parent: 'x' }],
  ['a beginning hours ago', { ago: 3_600_000 }],
])('%s is refused', (_, changes) => {
  expect(RumReport.safeParse({ events: [call(changes)] }).success).toBe(false)
  expect(RumReport.safeParse({ events: [call()] }).success).toBe(true)
})

function report(events: Parameters<typeof recordReport>[1], now = NOW) {
  const spans: SpanData[] = []
  const steps: string[] = []
  const ctx = {
    env: { report: now },
    log: { debug() {}, info() {}, warn() {}, error() {}, with: () => ctx.log },
    metrics: NO_METRICS,
    now: () => new Date(now),
    templates: () => ['/api/jobs/:id'],
    ratio: 0.05,
    keepSpan: (span: SpanData) => spans.push(span),
    noteStep: (step: string) => steps.push(step),
  } as const
  recordReport(ctx, events)
  return { spans, steps }
}

test('of spans those of kept traces are kept, and what was slow or failed', () => {
  const left = { traceparent: traceparent(LEFT) }
  // The page’s own word does not count: anybody could have everything kept.
  const insistent = { traceparent: traceparent(LEFT, '01') }
  const events = [
    call(),
    call(left),
    call(insistent),
    call({ ...left, ago: 3000 }, 1500),
    call({ ...left, status: 500 }),
  ]
  const { spans } = report(events)
  expect(spans.map(({ name, endMs, startMs }) => [name, endMs - startMs])).toEqual([
    ['GET /api/jobs/:id', 40],
    ['GET /api/jobs/:id', 1500],
    ['GET /api/jobs/:id', 40],
  ])
})

test('an isolate takes so many spans and steps a minute, and no more', () => {
  const step = { type: 'step', step: 'login' } as const
  const events = Array.from({ length: 400 }, () => [call(), step] as const).flat()
  const { spans, steps } = report(events, NOW + 60_000)
  expect([spans.length, steps.length]).toEqual([300, 300])
})

test('what a page leaves open is decided by the trace id, and only for a page', () => {
  const kept = traceparent(KEPT)
  expect(decideForPage(kept, 'same-origin', 0.05)).toBe(traceparent(KEPT, '01'))
  expect(decideForPage(traceparent(LEFT), 'same-origin', 0.05)).toBe(traceparent(LEFT))
  expect(decideForPage(traceparent(LEFT), 'same-origin', 1)).toBe(traceparent(LEFT, '01'))
  expect(decideForPage(kept, 'cross-site', 1)).toBe(kept)
  expect(decideForPage(kept, undefined, 1)).toBe(kept)
  expect(decideForPage('nonsense', 'same-origin', 1)).toBe('nonsense')
})
