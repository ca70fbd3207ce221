/** Traces as administrators see them: times, names and outcomes; no content, no query, no statement. */
import { z } from '@hono/zod-openapi'

const TraceId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be a trace id: 32 hexadecimal digits')
  .openapi({ example: '0af7651916cd43dd8448eb211c80319c' })

export const TraceParam = z.object({ traceId: TraceId })

const Outcome = z.enum(['ok', 'error'])

const time = () => z.iso.datetime({ offset: true })

/** `200`, or `5xx` for a whole class. */
const StatusFilter = z
  .string()
  .regex(/^[1-5](\d\d|xx)$/, 'must be a status, or a class such as 5xx')

/** Where a page ends: the time and the id of its last row's span. */
const CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([0-9a-f]{16})$/

export const TraceQuery = z.object({
  /** A route's template, or the name of a trace's first span. */
  route: z.string().min(1).max(200).optional(),
  status: StatusFilter.optional(),
  minDurationMs: z.coerce.number().int().min(0).max(86_400_000).optional(),
  /** Only traces in which something failed. */
  failed: z.enum(['true', 'false']).default('false'),
  requestId: z.string().min(1).max(255).optional(),
  /** From this time on. */
  from: time().optional(),
  /** Before this time. */
  to: time().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().regex(CURSOR, 'must be a cursor this API gave').optional(),
})
export type TraceQuery = z.infer<typeof TraceQuery>

/** Of a cursor that matches. */
export function readCursor(cursor: string): { at: string; span: string } {
  const [, at = '', span = ''] = CURSOR.exec(cursor) ?? []
  return { at, span }
}

/** A trace by the first span that is kept of it. */
export const TraceSummary = z
  .object({
    traceId: z.string(),
    name: z.string(),
    service: z.string(),
    /** Null for work of no tenant; those who run the platform alone see it. */
    tenantId: z.string().nullable(),
    requestId: z.string(),
    route: z.string().nullable(),
    statusCode: z.int().nullable(),
    status: Outcome,
    startedAt: z.iso.datetime(),
    /** Milliseconds, like all durations. */
    durationMs: z.int(),
    spans: z.int(),
    /** Spans that failed. */
    errors: z.int(),
  })
  .openapi('TraceSummary')
export type TraceSummary = z.infer<typeof TraceSummary>

export const TracePage = z
  .object({ items: z.array(TraceSummary), nextCursor: z.string().nullable() })
  .openapi('TracePage')
export type TracePage = z.infer<typeof TracePage>

export const TraceSpan = z
  .object({
    spanId: z.string(),
    /** Of another span; one that was not kept, or is not yours to see, is not among them. */
    parentSpanId: z.string().nullable(),
    service: z.string(),
    name: z.string(),
    kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer']),
    status: Outcome,
    startedAt: z.iso.datetime(),
    durationMs: z.int(),
    requestId: z.string(),
    tenantId: z.string().nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    links: z.array(z.object({ traceId: z.string(), spanId: z.string() })),
  })
  .openapi('TraceSpan')
export type TraceSpan = z.infer<typeof TraceSpan>

export const Trace = z
  .object({
    traceId: z.string(),
    startedAt: z.iso.datetime(),
    /** From the start of the first span to the end of the last one. */
    durationMs: z.int(),
    /** By their start. */
    spans: z.array(TraceSpan),
    /** Whether there are more spans than are shown. */
    isCut: z.boolean(),
  })
  .openapi('Trace')
export type Trace = z.infer<typeof Trace>

export const PerformanceQuery = z.object({
  from: time().optional(),
  to: time().optional(),
})
export type PerformanceQuery = z.infer<typeof PerformanceQuery>

/** A route's requests among those that chance kept: a sample, so shares hold and counts do not. */
const RoutePerformance = z
  .object({
    method: z.string(),
    endpoint: z.string(),
    sampled: z.int(),
    /** Of them, answered with 5xx. */
    failed: z.int(),
    p50Ms: z.int(),
    p95Ms: z.int(),
    p99Ms: z.int(),
  })
  .openapi('RoutePerformance')

export const Performance = z.object({ items: z.array(RoutePerformance) }).openapi('Performance')
export type Performance = z.infer<typeof Performance>
