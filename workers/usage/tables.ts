/** The usage ledger, a row per provider call, and what a tenant may spend. Money in micro-dollars. */
import {
  bigint,
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { UsageMessage } from './schemas.ts'

const money = () => bigint({ mode: 'number' })
const units = () => integer().notNull()
const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' })

/** Who leaves is forgotten: a foreign key of the migration, which drizzle cannot write, does it. */
export const usageLedger = pgTable(
  'usage_ledger',
  {
    tenantId: tenant(),
    id: uuid().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    purpose: text().$type<UsageMessage['purpose']>().notNull(),
    endpoint: text().notNull(),
    userId: text(),
    keyId: text(),
    subjectId: text(),
    requestId: text().notNull(),
    input: units(),
    cachedInput: units(),
    output: units(),
    audioInput: units(),
    audioOutput: units(),
    audioMs: units(),
    characters: units(),
    microDollars: money().notNull(),
    priceVersion: text().notNull(),
    estimated: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('usage_ledger_tenant_at').on(table.tenantId, table.at),
    index('usage_ledger_user').on(table.tenantId, table.userId),
    index('usage_ledger_subject').on(table.tenantId, table.subjectId),
    index('usage_ledger_at').on(table.at),
  ],
)

/** A limit that is null is none. */
export const budgets = pgTable('budgets', {
  tenantId: tenant().primaryKey(),
  daily: money(),
  monthly: money(),
  userDaily: money(),
  perCall: money(),
  version: integer().notNull(),
  updatedAt: timestamp({ withTimezone: true }).notNull(),
})
