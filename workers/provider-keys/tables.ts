/** Tenants' provider credentials, encrypted, and the wrapped keys they are encrypted with. */
import { sql } from 'drizzle-orm'
import { integer, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'

const tenantId = () =>
  text()
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' })

export const tenantDeks = pgTable(
  'tenant_deks',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    /** Which KEK it is wrapped with. */
    kid: text().notNull(),
    /** envelope.ts. */
    wrapped: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull(),
    /** Seals nothing from here on, and still opens what it sealed. */
    retiredAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    /** Of two first secrets stored at once, one makes the key. */
    uniqueIndex()
      .on(table.tenantId)
      .where(sql`retired_at is null`),
  ],
)

export const providerKeys = pgTable(
  'provider_keys',
  {
    tenantId: tenantId(),
    provider: text().notNull(),
    field: text().notNull(),
    /** envelope.ts. */
    sealed: text().notNull(),
    version: integer().notNull(),
    /** The last four characters of a secret that is long enough to show them. */
    ending: text().notNull(),
    updatedAt: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.provider, table.field] })],
)
