/** Knowledge bases as their owners made them. What changes with every document is kb_stat, in tables.ts. */
import { bigint, boolean, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { Gate } from './gate-schemas.ts'

const at = () => timestamp({ withTimezone: true }).notNull()

export const knowledgeBases = pgTable(
  'knowledge_bases',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    name: text().notNull(),
    description: text().notNull().default(''),
    /** Embedding model of its chunks and of questions to it; null: the platform's. */
    embeddingModel: text(),
    createdAt: at(),
    updatedAt: at(),
    /** Asked by nobody but who tries it, by name. */
    draft: boolean().notNull().default(false),
    /** What has to be measured before it is published; null: nothing. */
    gate: jsonb().$type<Gate>(),
    /** Its version when it was published last. */
    publishedVersion: bigint({ mode: 'number' }),
    publishedAt: timestamp({ withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)
