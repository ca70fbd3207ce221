/** Files put into a knowledge base together, so that they can be followed and stopped together. */
import {
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { knowledgeBases } from './base-tables.ts'

export const kbFileBatches = pgTable(
  'kb_file_batches',
  {
    tenantId: text().notNull(),
    id: uuid().notNull(),
    kbId: text().notNull(),
    /** What became of them: documents, in the order given. */
    documentIds: jsonb().$type<string[]>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    cancelledAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('kb_file_batches_base').on(table.tenantId, table.kbId),
    foreignKey({
      name: 'kb_file_batches_base_fk',
      columns: [table.tenantId, table.kbId],
      foreignColumns: [knowledgeBases.tenantId, knowledgeBases.id],
    }).onDelete('cascade'),
  ],
)
