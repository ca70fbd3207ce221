/** How experiments are measured, as people set it, and what came out. */
import { boolean, integer, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { ExperimentMetric, ExperimentResults } from './result-schemas.ts'

const time = () => timestamp({ withTimezone: true })
const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' })

/** Beside the rule of the flag, which says who is in it: what is measured, and how it is looked at. */
export const experiments = pgTable(
  'experiments',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    /** The rule's. */
    key: text().notNull(),
    control: text(),
    metrics: jsonb().$type<readonly ExperimentMetric[]>().notNull(),
    /** sequential, fixed */
    method: text().notNull(),
    horizonAt: time(),
    version: integer().notNull(),
    updatedAt: time().notNull(),
    updatedBy: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.environment, table.key] })],
)

/** The newest results of each phase, so that a page reads one row. */
export const experimentResults = pgTable(
  'experiment_results',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    experiment: text().notNull(),
    phase: integer().notNull(),
    computedAt: time().notNull(),
    /** A fixed horizon was reached: they stay. */
    isFinal: boolean().notNull(),
    /** null where no flag has a rule of this key and phase. */
    results: jsonb().$type<ExperimentResults>(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenantId, table.environment, table.experiment, table.phase],
    }),
  ],
)
