/**
 * The audit log's tables. Only the functions of migrations/0005_audit.sql write them. No foreign
 * key to tenants: what is known of a tenant outlives it.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Progress } from './verify.ts'

const seq = () => bigint({ mode: 'number' }).notNull()

/** What filters need of `body`. Made of it by Postgres, so it cannot say anything else. */
const member = (path: string) => text().generatedAlwaysAs(sql.raw(`(body::jsonb #>> '{${path}}')`))

export const auditLog = pgTable(
  'audit_log',
  {
    tenantId: text().notNull(),
    seq: seq(),
    /** When it happened; entries that came by the queue are written later. */
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    /** Canonical JSON, hashed as it stands. */
    body: text().notNull(),
    prev: text().notNull(),
    hash: text().notNull(),
    eventId: uuid().generatedAlwaysAs(sql.raw(`((body::jsonb ->> 'id')::uuid)`)),
    event: member('event'),
    actor: member('actor'),
    outcome: member('outcome'),
    resource: text().generatedAlwaysAs(
      sql.raw(`((body::jsonb #>> '{resource,type}') || ':' || (body::jsonb #>> '{resource,id}'))`),
    ),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.seq] }),
    uniqueIndex('audit_log_event_id').on(table.tenantId, table.eventId),
    index('audit_log_at').on(table.tenantId, table.at),
    index('audit_log_actor').on(table.tenantId, table.actor, table.seq),
    index('audit_log_event').on(table.tenantId, table.event.op('text_pattern_ops'), table.seq),
    index('audit_log_resource').on(
      table.tenantId,
      table.resource.op('text_pattern_ops'),
      table.seq,
    ),
  ],
)

/** Where each tenant's chain ends; its row is the lock of whoever appends. */
export const auditHead = pgTable('audit_head', {
  tenantId: text().primaryKey(),
  seq: seq(),
  hash: text().notNull(),
  /** The entry up to which a signed checkpoint is in storage. */
  checkpointSeq: seq().default(0),
  checkpointAt: timestamp({ withTimezone: true }),
})

/** What was erased on purpose, so that it is no silent gap: entries up to `lastSeq`, at its hash. */
export const auditTombstones = pgTable(
  'audit_tombstones',
  {
    tenantId: text().notNull(),
    lastSeq: seq(),
    hash: text().notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.lastSeq] })],
)

/** How far the daily verification of a chain has come, and how the last whole one ended. */
export const auditChecks = pgTable('audit_checks', {
  tenantId: text().primaryKey(),
  /** Null between two verifications. */
  progress: jsonb().$type<Progress>(),
  /** When the last whole one ended. */
  verifiedAt: timestamp({ withTimezone: true }),
  /** Kind and place of what was wrong then; null for an intact log. */
  fault: text(),
})
