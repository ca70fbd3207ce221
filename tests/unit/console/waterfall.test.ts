/** A trace as rows, and which text is a trace's id. */
import { expect, test } from 'vitest'
import { rowsOf, traceIdIn } from '../../../workers/console/lib/waterfall.ts'
import type { TraceSpan } from '../../../workers/traces/schemas.ts'

const span = (spanId: string, parentSpanId: string | null, fromMs: number, durationMs: number) => {
  const startedAt = new Date(Date.UTC(2026, 10, 26) + fromMs).toISOString()
  const what = { service: 'edge', name: spanId, kind: 'internal', status: 'ok', requestId: 'r' }
  const rest = { tenantId: null, attributes: {}, links: [] }
  return { spanId, parentSpanId, startedAt, durationMs, ...what, ...rest } as TraceSpan
}

const traceOf = (durationMs: number, spans: TraceSpan[]) => {
  return { traceId: 't', startedAt: '2026-11-26T00:00:00.000Z', durationMs, spans, isCut: false }
}

test('spans stand under their parents, where they lie in time', () => {
  const trace = traceOf(200, [
    span('root', 'outside', 0, 200),
    span('first', 'root', 20, 100),
    span('second', 'root', 120, 50),
    span('leaf', 'first', 40, 10),
    span('late', 'lost', 150, 50),
  ])
  const rows = rowsOf(trace).map(({ span: { name }, depth, start, width }) => {
    return [name, depth, start, width]
  })
  expect(rows).toEqual([
    ['root', 0, 0, 1],
    ['first', 1, 0.1, 0.5],
    ['leaf', 2, 0.2, 0.05],
    ['second', 1, 0.6, 0.25],
    ['late', 0, 0.75, 0.25],
  ])
})

test('a trace that took no time has no place to be divided', () => {
  expect(rowsOf(traceOf(0, [span('root', null, 0, 0)]))).toMatchObject([{ start: 0, width: 0 }])
})

const ID = '0af7651916cd43dd8448eb211c80319c'

test.each([
  [ID, ID],
  [` ${ID.toUpperCase()} `, ID],
  [`00-${ID}-b7ad6b7169203331-01`, ID],
  ['019a0000-0000-7000-8000-000000000001', undefined],
  [`${ID}0`, undefined],
  ['', undefined],
])('%s is the trace %s', (text, expected) => {
  expect(traceIdIn(text)).toBe(expected)
})
