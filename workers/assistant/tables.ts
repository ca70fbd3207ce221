/**
 * The conversations: public.sessions and public.messages (sign-in sessions are auth.sessions). Who
 * leaves the tenant takes theirs along, by the row of `users`.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants, users } from '../../shared/tables.ts'
import type { Language, MessageStatus, Part, Reason, ToolCall, Usage } from './schemas.ts'

const time = () => timestamp({ withTimezone: true }).notNull()

export const sessions = pgTable(
  'sessions',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    /** Whose it is: a user's or an API key's. */
    userId: text(),
    keyId: text(),
    title: text().notNull(),
    language: text().$type<Language>().notNull(),
    handoffReason: text(),
    /** What it began with, kept to its end; null: ours. No reference: an assistant may be deleted. */
    assistantId: uuid(),
    assistantVersion: integer(),
    /** What was said up to and including the turn `summaryTurn`; null while all of it fits. */
    summary: text(),
    summaryTurn: integer().notNull().default(0),
    /** Turns begun. */
    turns: integer().notNull(),
    /** While a turn runs: when it will certainly be over. */
    busyUntil: timestamp({ withTimezone: true }),
    createdAt: time(),
    updatedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('sessions_user').on(table.tenantId, table.userId, table.id),
    index('sessions_updated').on(table.updatedAt),
    foreignKey({
      name: 'sessions_of_user',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    check('sessions_owner', sql`num_nonnulls(${table.userId}, ${table.keyId}) = 1`),
  ],
)

export const messages = pgTable(
  'messages',
  {
    tenantId: text().notNull(),
    sessionId: uuid().notNull(),
    id: uuid().notNull(),
    turn: integer().notNull(),
    role: text().$type<'user' | 'assistant'>().notNull(),
    status: text().$type<MessageStatus>().notNull(),
    reason: text().$type<Reason>(),
    content: text().notNull(),
    /** What became visible, in order; a user's message has none. */
    parts: jsonb().$type<Part[]>().notNull(),
    toolCalls: jsonb().$type<ToolCall[]>().notNull(),
    model: text(),
    fallbackUsed: boolean().notNull(),
    usage: jsonb().$type<Usage>().notNull(),
    costMicroDollars: bigint({ mode: 'number' }).notNull().default(0),
    timings: jsonb().$type<Record<string, number>>().notNull(),
    /** Of the request that asked, for the page Traces. */
    traceId: text(),
    /** From 0 to 5, by whoever asked; null until then. */
    rating: smallint(),
    ratingReason: text(),
    ratedAt: timestamp({ withTimezone: true }),
    createdAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.id] }),
    index('messages_id').on(table.tenantId, table.id),
    check(
      'messages_rating',
      sql`${table.rating} between 0 and 5 and num_nulls(${table.rating}, ${table.ratingReason}, ${table.ratedAt}) in (0, 3)`,
    ),
    foreignKey({
      name: 'messages_session',
      columns: [table.tenantId, table.sessionId],
      foreignColumns: [sessions.tenantId, sessions.id],
    }).onDelete('cascade'),
  ],
)
