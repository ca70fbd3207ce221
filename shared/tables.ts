/** Tables every feature may refer to. Their rows are the identity feature's to write. */
import { pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

export const tenants = pgTable('tenants', {
  id: text().primaryKey(),
  name: text().notNull(),
  createdAt: timestamp({ withTimezone: true }).notNull(),
})

/** What a tenant may see of its people; accounts and sessions are in the schema `auth`. */
export const users = pgTable(
  'users',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: text().notNull(),
    email: text().notNull(),
    name: text().notNull(),
    role: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)
