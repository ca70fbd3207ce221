/** Answers as far as ratings need them: what was asked and which chunks were shown, nothing of their text. */
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { RatedChunk } from './feedback-schemas.ts'

/** Who leaves is forgotten: a foreign key of the migration, which drizzle cannot write, does it. */
export const kbAnswers = pgTable(
  'kb_answers',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    userId: text(),
    keyId: text(),
    question: text().notNull(),
    abstained: boolean().notNull(),
    /** The knowledge bases it was searched in, at the version they had. */
    kbVersions: jsonb().$type<Record<string, number>>().notNull(),
    chunks: jsonb().$type<RatedChunk[]>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    /** 0 to 5; null while nobody has rated it. */
    rating: integer(),
    reason: text(),
    ratedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('kb_answers_rated').on(table.tenantId, table.ratedAt),
    index('kb_answers_created').on(table.createdAt),
    index('kb_answers_user').on(table.tenantId, table.userId),
  ],
)
