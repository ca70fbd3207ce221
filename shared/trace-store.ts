/**
 * Kept spans on their way into the database (migrations/0027_traces.sql), where the console finds them.
 * They say no more there than they do to a collector: shared/otlp.ts.
 */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from './database.ts'
import type { Kept, SpanData } from './trace-span.ts'

/** Keeps a batch that `toRows` wrote, with a Worker's own way to Postgres. */
export type KeepRows<Env> = (env: Env, rows: string) => Promise<unknown>

/** The statement, for any role that may execute it. */
export const appendSpans = (rows: string) => sql`select public.trace_append(${rows}::jsonb)`

/** As app_user. @throws ProblemError dependency_down */
export const keepRows: KeepRows<DatabaseEnv> = (env, rows) =>
  callAcrossTenants(env, appendSpans(rows))

/** What trace_append takes. */
export const toRows = (kept: readonly Kept[]): string =>
  JSON.stringify(
    kept.flatMap((each) => each.spans.map((span) => toRow(each, span))),
    storable,
  )

function toRow({ segment, isSampled }: Kept, span: SpanData) {
  const { 'http.route': route, 'http.response.status_code': code } = span.attributes
  const isRequest = span.kind === 'server'
  return {
    tenant: segment.tenantId,
    service: segment.service,
    request: segment.requestId,
    session: segment.sessionId,
    sampled: isSampled,
    trace: span.traceId,
    span: span.spanId,
    parent: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    status: span.isError ? 'error' : 'ok',
    at: new Date(span.startMs).toISOString(),
    ms: Math.round(span.endMs - span.startMs),
    entry: span.isEntry,
    attributes: span.attributes,
    links: span.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
    ...(isRequest && { route, code }),
  }
}

/** Without what Postgres takes in no text (shared/storable.ts): one bad name must not lose a batch. */
const storable = (_: string, value: unknown) =>
  typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value
