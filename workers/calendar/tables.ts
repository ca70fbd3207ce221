/**
 * Events of a tenant's calendar and of its users' own. Two at once in one calendar are refused by an exclusion
 * constraint, which migrations/0045_bookings.sql makes: drizzle has no word for it.
 */
import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants, users } from '../../shared/tables.ts'

const time = () => timestamp({ withTimezone: true }).notNull()

export const calendarEvents = pgTable(
  'calendar_events',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    calendar: text().$type<'own' | 'company'>().notNull(),
    /** Who made it: a user or an API key. `own` is the calendar of this user. */
    userId: text(),
    keyId: text(),
    title: text().notNull(),
    startsAt: time(),
    endsAt: time(),
    timeZone: text().notNull(),
    idempotencyKey: text().notNull(),
    cancelledAt: timestamp({ withTimezone: true }),
    createdAt: time(),
    updatedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('calendar_events_key').on(table.tenantId, table.idempotencyKey),
    index('calendar_events_start').on(table.tenantId, table.calendar, table.startsAt),
    index('calendar_events_user').on(table.tenantId, table.userId),
    index('calendar_events_end').on(table.endsAt),
    foreignKey({
      name: 'calendar_events_of_user',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    check('calendar_events_owner', sql`num_nonnulls(${table.userId}, ${table.keyId}) = 1`),
    check('calendar_events_own', sql`${table.calendar} <> 'own' or ${table.userId} is not null`),
    check('calendar_events_span', sql`${table.startsAt} < ${table.endsAt}`),
  ],
)
