/** The flag feature's tables. */
import { boolean, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { Flag } from './schemas.ts'

export const featureFlags = pgTable(
  'feature_flags',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text().notNull(),
    enabled: boolean().notNull(),
    /** Everything evaluation needs beyond the switch. */
    body: jsonb().$type<Pick<Flag, 'type' | 'defaultValue'>>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    updatedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
)
