/** SQL for kept traces. What writes them is shared/trace-store.ts. */
import { and, asc, desc, eq, gte, lt, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { callAcrossTenants, type DatabaseEnv, withTenant } from '../../shared/database.ts'
import type { Performance, PerformanceQuery } from './schemas.ts'
import { performanceMetrics, traceSpans } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/** As trace_search takes it (migrations/0027_traces.sql). */
export interface Wanted {
  operation?: string | undefined
  codeFrom?: number
  codeTo?: number
  minMs?: number | undefined
  failed?: boolean
  request?: string | undefined
  since?: string | undefined
  until?: string | undefined
  at?: string
  span?: string
}

/** Of trace_search. Bigints arrive as text, times as Postgres writes them. */
export interface FoundRow extends Record<string, unknown> {
  tenant_id: string | null
  trace_id: string
  span_id: string
  service: string
  operation_name: string
  status: 'ok' | 'error'
  started_at: string
  duration_ms: number
  request_id: string
  route: string | null
  status_code: number | null
  spans: string
  errors: string
}

export type SpanRow = typeof traceSpans.$inferSelect

/** Newest first, of the context's tenant. */
export async function selectTraces(
  ctx: StoreContext,
  wanted: Wanted,
  most: number,
): Promise<FoundRow[]> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<FoundRow>(
      sql`select * from trace_search(${ctx.tenantId}, ${JSON.stringify(wanted)}::jsonb, ${most})`,
    ),
  ])
  return rows
}

/** Newest first, of all tenants and of none. */
export const selectAllTraces = (
  { env }: StoreContext,
  wanted: Wanted,
  most: number,
): Promise<FoundRow[]> =>
  callAcrossTenants<FoundRow>(
    env,
    sql`select * from trace_search_all(${JSON.stringify(wanted)}::jsonb, ${most})`,
  )

/** By their start; of the context's tenant. */
export async function selectSpans(
  ctx: StoreContext,
  traceId: string,
  most: number,
): Promise<SpanRow[]> {
  const { tenantId, startedAt, durationMs, spanId } = traceSpans
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(traceSpans)
      .where(and(eq(tenantId, ctx.tenantId), eq(traceSpans.traceId, traceId)))
      .orderBy(asc(startedAt), desc(durationMs), asc(spanId))
      .limit(most),
  ])
  return rows
}

/** A row as it comes from a function: columns as Postgres names them. */
interface RawSpan extends Record<string, unknown> {
  tenant_id: string | null
  trace_id: string
  span_id: string
  parent_span_id: string | null
  service: string
  operation_name: string
  kind: SpanRow['kind']
  status: SpanRow['status']
  started_at: string
  duration_ms: number
  request_id: string
  is_entry: boolean
  route: string | null
  status_code: number | null
  attributes: SpanRow['attributes']
  links: SpanRow['links']
}

/** By their start; of whoever they are. */
export async function selectAllSpans(
  { env }: StoreContext,
  traceId: string,
  most: number,
): Promise<SpanRow[]> {
  const call = sql`select * from trace_read_all(${traceId}, ${most})`
  const rows = await callAcrossTenants<RawSpan>(env, call)
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id,
    service: row.service,
    operationName: row.operation_name,
    kind: row.kind,
    status: row.status,
    startedAt: new Date(row.started_at),
    durationMs: row.duration_ms,
    requestId: row.request_id,
    isEntry: row.is_entry,
    route: row.route,
    statusCode: row.status_code,
    attributes: row.attributes,
    links: row.links,
  }))
}

/** Routes, the slowest first. */
export async function selectPerformance(
  ctx: StoreContext,
  { from, to }: PerformanceQuery,
  most: number,
): Promise<Performance['items']> {
  const { tenantId, at, isSampled, method, endpoint, statusCode, responseTimeMs } =
    performanceMetrics
  const within = (share: number) =>
    sql<number>`percentile_disc(${share}) within group (order by ${responseTimeMs})`.mapWith(Number)
  const p95Ms = within(0.95)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({
        method,
        endpoint,
        sampled: sql<number>`count(*)`.mapWith(Number),
        failed: sql<number>`count(*) filter (where ${statusCode} >= 500)`.mapWith(Number),
        p50Ms: within(0.5),
        p95Ms,
        p99Ms: within(0.99),
      })
      .from(performanceMetrics)
      .where(
        and(
          eq(tenantId, ctx.tenantId),
          eq(isSampled, true),
          from === undefined ? undefined : gte(at, new Date(from)),
          to === undefined ? undefined : lt(at, new Date(to)),
        ),
      )
      .groupBy(method, endpoint)
      .orderBy(desc(p95Ms), asc(endpoint), asc(method))
      .limit(most),
  ])
  return rows
}
