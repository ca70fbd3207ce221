/**
 * A tenant's own assistants: public.assistants says which there are and which version is served,
 * public.assistant_versions what each version is. A version is written once and never changes.
 */
import { sql } from 'drizzle-orm'
import {
  boolean,
  foreignKey,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { AssistantContent } from './assistant-schemas.ts'

const time = () => timestamp({ withTimezone: true })

export const assistants = pgTable(
  'assistants',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    slug: text().notNull(),
    isDefault: boolean().notNull().default(false),
    /** The newest version, which is served unless the flag says another. */
    version: integer().notNull(),
    /** A flag whose value is the version to serve. */
    flag: text(),
    archivedAt: time(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('assistants_slug').on(table.tenantId, table.slug),
    uniqueIndex('assistants_default')
      .on(table.tenantId)
      .where(sql`is_default`),
  ],
)

export const assistantVersions = pgTable(
  'assistant_versions',
  {
    tenantId: text().notNull(),
    assistantId: uuid().notNull(),
    version: integer().notNull(),
    content: jsonb().$type<AssistantContent>().notNull(),
    comment: text().notNull(),
    /** Who saved it: a user's id or a key's. */
    author: text().notNull(),
    /** The version whose content came back with this one. */
    restored: integer(),
    createdAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.assistantId, table.version] }),
    foreignKey({
      name: 'assistant_versions_of',
      columns: [table.tenantId, table.assistantId],
      foreignColumns: [assistants.tenantId, assistants.id],
    }).onDelete('cascade'),
  ],
)
