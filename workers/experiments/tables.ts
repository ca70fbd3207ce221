/**
 * Who was in which experiment, what they did, and the sums statistics are made of. A unit is whatever an
 * experiment splits by: a user, a device, a company.
 */
import {
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'

const time = () => timestamp({ withTimezone: true }).notNull()
const sum = (name: string) => doublePrecision(name).notNull()
const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' })

/** The first time a unit was in a phase of an experiment. */
export const experimentExposures = pgTable(
  'experiment_exposures',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    /** The rule's key: what exposures are counted under. */
    experiment: text().notNull(),
    phase: integer().notNull(),
    unit: text().notNull(),
    /** The first it had. */
    variant: text().notNull(),
    firstAt: time(),
    /** Whether it had another one too: such a unit is in no sum. */
    conflicts: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({
      name: 'experiment_exposures_pk',
      columns: [table.tenantId, table.environment, table.experiment, table.phase, table.unit],
    }),
    index('experiment_exposures_unit').on(table.tenantId, table.unit),
    index('experiment_exposures_first').on(table.firstAt),
  ],
)

/** What `track()` reports of a unit; a repeat has the same idempotency key, and is nothing. */
export const metricEvents = pgTable(
  'metric_events',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    metric: text().notNull(),
    unit: text().notNull(),
    idempotencyKey: text().notNull(),
    value: doublePrecision().notNull(),
    at: time(),
  },
  (table) => [
    primaryKey({
      name: 'metric_events_pk',
      columns: [table.tenantId, table.environment, table.metric, table.unit, table.idempotencyKey],
    }),
    index('metric_events_unit').on(table.tenantId, table.unit),
    index('metric_events_at').on(table.at),
  ],
)

/**
 * Sums over the units of a variant that were first exposed on a day (UTC). y is what a unit's events of the
 * metric come to since its exposure, x what they do in the 14 days before; 0 where there are none. Days add
 * up to the phase. Made anew each time, never added to.
 */
export const experimentMoments = pgTable(
  'experiment_moments',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    experiment: text().notNull(),
    phase: integer().notNull(),
    metric: text().notNull(),
    /** What y and x are: of a unit's events the sum, their number, or 1 where there is one. */
    kind: text().notNull().default('mean'),
    variant: text().notNull(),
    day: date({ mode: 'string' }).notNull(),
    n: integer().notNull(),
    sumY: sum('sum_y'),
    sumY2: sum('sum_y2'),
    sumX: sum('sum_x'),
    sumX2: sum('sum_x2'),
    sumXy: sum('sum_xy'),
  },
  (table) => [
    primaryKey({
      name: 'experiment_moments_pk',
      columns: [
        table.tenantId,
        table.environment,
        table.experiment,
        table.phase,
        table.metric,
        table.kind,
        table.variant,
        table.day,
      ],
    }),
  ],
)

/** Phases that have exposures: when something last came in, and when their moments were last made. */
export const experimentRefreshes = pgTable(
  'experiment_refreshes',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    experiment: text().notNull(),
    phase: integer().notNull(),
    touchedAt: time(),
    /** null: never. */
    refreshedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    primaryKey({
      name: 'experiment_refreshes_pk',
      columns: [table.tenantId, table.environment, table.experiment, table.phase],
    }),
  ],
)
