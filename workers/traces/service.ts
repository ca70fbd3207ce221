/** What was kept of traces: for a tenant its own, for those who run the platform all of them. */
import { ProblemError } from '../../shared/errors.ts'
import {
  type Performance,
  type PerformanceQuery,
  readCursor,
  type Trace,
  type TracePage,
  type TraceQuery,
  type TraceSpan,
  type TraceSummary,
} from './schemas.ts'
import * as store from './store.ts'

export type TraceContext = store.StoreContext

/** `all` crosses tenants: for those who run the platform. */
export type Reach = 'own' | 'all'

/** Spans of one trace that are shown, and routes of one answer. */
const MOST = { spans: 1000, routes: 100 }

export async function listTraces(
  ctx: TraceContext,
  { limit, ...query }: TraceQuery,
  reach: Reach,
): Promise<TracePage> {
  const select = reach === 'own' ? store.selectTraces : store.selectAllTraces
  const rows = await select(ctx, wantedOf(query), limit + 1)
  const items = rows.slice(0, limit).map(toSummary)
  const last = rows[limit - 1]
  const nextCursor = rows.length > limit && last ? cursorOf(last) : null
  return { items, nextCursor }
}

/** @throws ProblemError not_found where no span of it was kept, or none is the caller's to see */
export async function getTrace(ctx: TraceContext, traceId: string, reach: Reach): Promise<Trace> {
  const select = reach === 'own' ? store.selectSpans : store.selectAllSpans
  const rows = await select(ctx, traceId, MOST.spans + 1)
  const shown = rows.slice(0, MOST.spans)
  const [first] = shown
  if (!first) {
    const detail =
      'Nothing was kept of this trace: it is older than seven days, or was not sampled.'
    throw new ProblemError('not_found', detail)
  }
  const beganMs = first.startedAt.getTime()
  const ends = shown.map(({ startedAt, durationMs }) => startedAt.getTime() + durationMs)
  return {
    traceId,
    startedAt: first.startedAt.toISOString(),
    durationMs: Math.max(...ends) - beganMs,
    spans: shown.map(toSpan),
    isCut: rows.length > MOST.spans,
  }
}

export async function describePerformance(
  ctx: TraceContext,
  query: PerformanceQuery,
): Promise<Performance> {
  return { items: await store.selectPerformance(ctx, query, MOST.routes) }
}

function wantedOf(query: Omit<TraceQuery, 'limit'>): store.Wanted {
  const { route, status, minDurationMs, failed, requestId, from, to, cursor } = query
  return {
    operation: route,
    minMs: minDurationMs,
    failed: failed === 'true',
    request: requestId,
    since: from,
    until: to,
    ...(status !== undefined && codesOf(status)),
    ...(cursor !== undefined && readCursor(cursor)),
  }
}

/** The statuses that `404` or `4xx` means. */
function codesOf(status: string): { codeFrom: number; codeTo: number } {
  const from = Number(status.replace('xx', '00'))
  return { codeFrom: from, codeTo: status.endsWith('xx') ? from + 99 : from }
}

const timeOf = (row: store.FoundRow) => new Date(row.started_at).toISOString()

const cursorOf = (row: store.FoundRow) => `${timeOf(row)}_${row.span_id}`

function toSummary(row: store.FoundRow): TraceSummary {
  return {
    traceId: row.trace_id,
    name: row.operation_name,
    service: row.service,
    tenantId: row.tenant_id,
    requestId: row.request_id,
    route: row.route,
    statusCode: row.status_code,
    status: row.status,
    startedAt: timeOf(row),
    durationMs: row.duration_ms,
    spans: Number(row.spans),
    errors: Number(row.errors),
  }
}

function toSpan(row: store.SpanRow): TraceSpan {
  const { spanId, parentSpanId, service, operationName: name, kind, status } = row
  const { durationMs, requestId, tenantId, attributes, links } = row
  const startedAt = row.startedAt.toISOString()
  const what = { spanId, parentSpanId, service, name, kind, status, startedAt, durationMs }
  return { ...what, requestId, tenantId, attributes, links }
}
