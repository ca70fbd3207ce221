/** Reservations guests make with the assistant. Who leaves the tenant takes theirs along, by the row of `users`. */
import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants, users } from '../../shared/tables.ts'
import type { ReservationStatus } from './schemas.ts'

const time = () => timestamp({ withTimezone: true }).notNull()

export const reservations = pgTable(
  'reservations',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    /** What the guest is told, and changes or cancels it by. */
    code: text().notNull(),
    /** Who made it: a user or an API key. */
    userId: text(),
    keyId: text(),
    /** The conversation it was made in, which may be gone; empty for one people of the tenant made. */
    sessionId: text().notNull(),
    /** The answer that asked the guest whether it is right. */
    proposedIn: text().notNull(),
    status: text().$type<ReservationStatus>().notNull(),
    partySize: integer().notNull(),
    startsAt: time(),
    timeZone: text().notNull(),
    name: text().notNull(),
    phone: text(),
    notes: text(),
    idempotencyKey: text().notNull(),
    createdAt: time(),
    updatedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('reservations_code').on(table.tenantId, table.code),
    uniqueIndex('reservations_key').on(table.tenantId, table.idempotencyKey),
    /** One at a time is being made in a conversation. */
    uniqueIndex('reservations_pending')
      .on(table.tenantId, table.sessionId)
      .where(sql`status = 'pending'`),
    index('reservations_user').on(table.tenantId, table.userId),
    index('reservations_start').on(table.startsAt),
    foreignKey({
      name: 'reservations_of_user',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    check('reservations_owner', sql`num_nonnulls(${table.userId}, ${table.keyId}) = 1`),
  ],
)
