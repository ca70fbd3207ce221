/**
 * Spans that were kept, and the requests among them: for seven days, so that a request can be followed
 * without a collector. Only trace_append writes them (migrations/0027_traces.sql; shared/trace-store.ts
 * calls it). What belongs to no tenant has none here: row-level security then shows it to nobody, and
 * trace_search_all and trace_read_all to those who run the platform.
 */
import { sql } from 'drizzle-orm'
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { Attributes, Kind } from '../../shared/trace-span.ts'

const tenantId = () => text().references(() => tenants.id, { onDelete: 'cascade' })
const time = () => timestamp({ withTimezone: true, precision: 3 }).notNull()

export const traceSpans = pgTable(
  'trace_spans',
  {
    tenantId: tenantId(),
    traceId: text().notNull(),
    spanId: text().notNull(),
    parentSpanId: text(),
    /** Which Worker. */
    service: text().notNull(),
    operationName: text().notNull(),
    kind: text().$type<Kind>().notNull(),
    status: text().$type<'ok' | 'error'>().notNull(),
    startedAt: time(),
    durationMs: integer().notNull(),
    requestId: text().notNull(),
    /** Whether it is the first that this Worker added to the trace. */
    isEntry: boolean().notNull(),
    /** Of a request: its route's template and the status of its answer. */
    route: text(),
    statusCode: smallint(),
    attributes: jsonb().$type<Attributes>().notNull(),
    links: jsonb().$type<{ traceId: string; spanId: string }[]>().notNull(),
  },
  (table) => [
    unique('trace_spans_id').on(table.tenantId, table.traceId, table.spanId).nullsNotDistinct(),
    index('trace_spans_trace').on(table.traceId, table.spanId),
    index('trace_spans_request').on(table.requestId),
    index('trace_spans_started').on(table.startedAt),
    index('trace_spans_entries')
      .on(table.tenantId, table.startedAt, table.spanId)
      .where(sql`is_entry`),
    index('trace_spans_operations')
      .on(table.operationName, table.startedAt)
      .where(sql`is_entry`),
    index('trace_spans_errors')
      .on(table.tenantId, table.startedAt)
      .where(sql`status = 'error'`),
  ],
)

export const performanceMetrics = pgTable(
  'performance_metrics',
  {
    tenantId: tenantId(),
    traceId: text().notNull(),
    spanId: text().notNull(),
    /** Of the conversation or the voice session, where the request belongs to one. */
    sessionId: text(),
    method: text().notNull(),
    /** The route's template. */
    endpoint: text().notNull(),
    statusCode: smallint().notNull(),
    responseTimeMs: integer().notNull(),
    /** Whether chance kept it; else it failed or was slow, and says nothing of requests at large. */
    isSampled: boolean().notNull(),
    at: time(),
  },
  (table) => [
    unique('performance_metrics_id')
      .on(table.tenantId, table.traceId, table.spanId)
      .nullsNotDistinct(),
    index('performance_metrics_at').on(table.at),
    index('performance_metrics_tenant').on(table.tenantId, table.at),
    index('performance_metrics_endpoint').on(table.tenantId, table.endpoint, table.at),
    index('performance_metrics_session').on(table.tenantId, table.sessionId),
  ],
)
