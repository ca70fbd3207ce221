/**
 * Voice sessions as they are remembered: who spoke when, what was said, and what a tenant allows.
 * What is live is in the session's Durable Object, which writes these rows through its outbox.
 */
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'

const time = () => timestamp({ withTimezone: true })

export const voiceSettings = pgTable('voice_settings', {
  tenantId: text()
    .primaryKey()
    .references(() => tenants.id, { onDelete: 'cascade' }),
  /** Whether sessions may be recorded whose callers agree; without a row they may not. */
  mayRecord: boolean().notNull(),
  recordingDays: integer().notNull(),
  updatedAt: time().notNull(),
})

export const voiceSessions = pgTable(
  'voice_sessions',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    /** Whose it is: a user's or an API key's. Neither: the user is gone, and it is to be erased. */
    userId: text(),
    keyId: text(),
    model: text().notNull(),
    startedAt: time().notNull(),
    /** Null while it is live. */
    endedAt: time(),
    /** Why the server ended it; null when the caller did. */
    endReason: text(),
    turns: integer().notNull(),
    /** When its recording is deleted; null where there is none. */
    recordedUntil: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('voice_sessions_user').on(table.tenantId, table.userId, table.id),
    index('voice_sessions_started').on(table.startedAt),
    check('voice_sessions_owner', sql`num_nonnulls(${table.userId}, ${table.keyId}) <= 1`),
  ],
)

/** Append only: an item that is cut or corrected is written again, and the last row of it counts. */
export const voiceItems = pgTable(
  'voice_items',
  {
    tenantId: text().notNull(),
    sessionId: text().notNull(),
    seq: integer().notNull(),
    itemId: text().notNull(),
    role: text().$type<VoiceRole>().notNull(),
    text: text().notNull(),
    /** The same without what tells who somebody is. */
    masked: text().notNull(),
    /** Milliseconds of the item's audio that were heard; null for what has none. */
    heardUntilMs: integer(),
    isCut: boolean().notNull(),
    /** Milliseconds of the session when the item began. */
    fromMs: integer().notNull(),
    at: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.seq] }),
    foreignKey({
      name: 'voice_items_session',
      columns: [table.tenantId, table.sessionId],
      foreignColumns: [voiceSessions.tenantId, voiceSessions.id],
    }).onDelete('cascade'),
  ],
)

/** `whisper`: what a supervisor told the assistant alone. */
export type VoiceRole = 'user' | 'assistant' | 'system' | 'tool' | 'whisper'
