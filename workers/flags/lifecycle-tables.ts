/** What becomes of flags over time: changes to come, and where code names them. */
import { sql } from 'drizzle-orm'
import {
  foreignKey,
  index,
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
import type { Guard, Reading, Step } from './schedule-plan.ts'
import { flagEnvironments } from './tables.ts'

const time = () => timestamp({ withTimezone: true })
const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' })

/** Steps of one environment, run by its hub when their time comes. A step and its version are one transaction. */
export const flagSchedules = pgTable(
  'flag_schedules',
  {
    tenantId: tenant(),
    id: uuid().notNull(),
    environment: text().notNull(),
    flag: text().notNull(),
    /** publish, window, ramp */
    type: text().notNull(),
    /** Of a ramp; null for the others. */
    rule: text(),
    steps: jsonb().$type<readonly Step[]>().notNull(),
    /** Steps that were run. */
    done: integer().notNull().default(0),
    /** When the next step is due; null when there is none. */
    nextAt: time(),
    /** active, paused, done, cancelled, stopped, failed */
    state: text().notNull(),
    /** Why it is stopped, failed, or waits. */
    detail: text().notNull().default(''),
    guard: jsonb().$type<Guard>(),
    /** The guard's last. */
    reading: jsonb().$type<Reading>(),
    comment: text().notNull(),
    author: text().notNull(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('flag_schedules_due')
      .on(table.nextAt)
      .where(sql`state = 'active'`),
    uniqueIndex('flag_schedules_ramp')
      .on(table.tenantId, table.environment, table.flag, table.rule)
      .where(sql`state in ('active', 'paused')`),
    foreignKey({
      name: 'flag_schedules_environment',
      columns: [table.tenantId, table.environment],
      foreignColumns: [flagEnvironments.tenantId, flagEnvironments.name],
    }).onDelete('cascade'),
  ],
)

/** Where a source tree names a flag, as its last scan found. */
export const flagReferences = pgTable(
  'flag_references',
  {
    tenantId: tenant(),
    repository: text().notNull(),
    flag: text().notNull(),
    /** Of the scan, as the repository names it. */
    revision: text().notNull(),
    places: jsonb().$type<readonly { path: string; line: number }[]>().notNull(),
    scannedAt: time().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.repository, table.flag] })],
)
