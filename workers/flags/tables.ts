/**
 * The flag feature's tables. A flag is one document with a version; whatever changes one advances the
 * tenant's head in the same transaction, and leaves a revision, an audit entry, and a snapshot of each
 * environment that came out different.
 */
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { AudienceChange, FlagBody, FlagDocument, Json, SegmentBody } from './model-schemas.ts'

const time = () => timestamp({ withTimezone: true }).notNull()
const count = () => bigint({ mode: 'number' }).notNull()
const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' })

export const featureFlags = pgTable(
  'feature_flags',
  {
    tenantId: tenant(),
    name: text().notNull(),
    description: text().notNull(),
    /** The flag's own switch: off, it is off in every environment. */
    enabled: boolean().notNull(),
    /** Everything evaluation needs beyond the switch. */
    body: jsonb().$type<FlagBody>().notNull(),
    createdAt: time(),
    updatedAt: time(),
    version: integer().notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
)

/** Counts changes of anything a snapshot is made of; whoever read an older count begins anew. */
export const flagHeads = pgTable('flag_heads', {
  tenantId: tenant().primaryKey(),
  version: count().default(0),
})

export const flagEnvironments = pgTable(
  'flag_environments',
  {
    tenantId: tenant(),
    name: text().notNull(),
    description: text().notNull(),
    /** Tenant-wide kill switch: no flag has a value here. */
    killed: boolean().notNull().default(false),
    /** Approvals a change needs; 0 for none. */
    approvals: integer().notNull().default(0),
    /** Of its newest snapshot; 0 before the first. */
    version: count().default(0),
    createdAt: time(),
    updatedAt: time(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
)

/** Every version of a flag; without a document it was deleted. Never changed. */
export const featureFlagRevisions = pgTable(
  'feature_flag_revisions',
  {
    tenantId: tenant(),
    name: text().notNull(),
    version: integer().notNull(),
    document: jsonb().$type<FlagDocument>(),
    actor: text().notNull(),
    comment: text().notNull(),
    createdAt: time(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name, table.version] })],
)

/** Values of single units, ahead of all rules. */
export const userFeatureFlags = pgTable(
  'user_feature_flags',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    flag: text().notNull(),
    unitId: text().notNull(),
    value: jsonb().$type<Json>().notNull(),
    reason: text().notNull(),
    expiresAt: timestamp({ withTimezone: true }),
    createdBy: text().notNull(),
    createdAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.environment, table.flag, table.unitId] }),
    index('user_feature_flags_expiry').on(table.expiresAt),
    foreignKey({
      name: 'user_feature_flags_flag',
      columns: [table.tenantId, table.flag],
      foreignColumns: [featureFlags.tenantId, featureFlags.name],
    }).onDelete('cascade'),
    foreignKey({
      name: 'user_feature_flags_environment',
      columns: [table.tenantId, table.environment],
      foreignColumns: [flagEnvironments.tenantId, flagEnvironments.name],
    }).onDelete('cascade'),
  ],
)

export const flagSegments = pgTable(
  'flag_segments',
  {
    tenantId: tenant(),
    name: text().notNull(),
    description: text().notNull(),
    body: jsonb().$type<SegmentBody>().notNull(),
    version: integer().notNull().default(1),
    createdAt: time(),
    updatedAt: time(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
)

/** Immutable. `payload` is the text whose bytes `sha256` is of. */
export const flagSnapshots = pgTable(
  'flag_snapshots',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    version: count(),
    sha256: text().notNull(),
    payload: text().notNull(),
    createdAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.environment, table.version] }),
    foreignKey({
      name: 'flag_snapshots_environment',
      columns: [table.tenantId, table.environment],
      foreignColumns: [flagEnvironments.tenantId, flagEnvironments.name],
    }).onDelete('cascade'),
  ],
)

/** Snapshots that nobody was told of yet; whoever tells of one deletes its row. */
export const flagOutbox = pgTable(
  'flag_outbox',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    version: count(),
    createdAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.environment, table.version] }),
    index('flag_outbox_age').on(table.createdAt),
    foreignKey({
      name: 'flag_outbox_snapshot',
      columns: [table.tenantId, table.environment, table.version],
      foreignColumns: [flagSnapshots.tenantId, flagSnapshots.environment, flagSnapshots.version],
    }).onDelete('cascade'),
  ],
)

/** A version of a flag that is proposed. */
export const flagDrafts = pgTable(
  'flag_drafts',
  {
    tenantId: tenant(),
    id: uuid().notNull(),
    flag: text().notNull(),
    /** Of the flag it was made from; 0 for a flag there is not yet. */
    baseVersion: integer().notNull(),
    document: jsonb().$type<object>().notNull(),
    comment: text().notNull(),
    author: text().notNull(),
    /** open, published, discarded */
    state: text().notNull(),
    createdAt: time(),
    updatedAt: time(),
    /** What it changes in place of a flag: a segment, or an override of `flag`. */
    change: jsonb().$type<AudienceChange>(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('flag_drafts_flag').on(table.tenantId, table.flag),
  ],
)

export const flagApprovals = pgTable(
  'flag_approvals',
  {
    tenantId: text().notNull(),
    draftId: uuid().notNull(),
    approver: text().notNull(),
    createdAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.draftId, table.approver] }),
    foreignKey({
      name: 'flag_approvals_draft',
      columns: [table.tenantId, table.draftId],
      foreignColumns: [flagDrafts.tenantId, flagDrafts.id],
    }).onDelete('cascade'),
  ],
)

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })

/**
 * Evaluations counted, by minute, hour and day, each of them whole. `variant` is empty where the default in
 * the caller's code applied.
 */
export const featureFlagAnalytics = pgTable(
  'feature_flag_analytics',
  {
    tenantId: tenant(),
    environment: text().notNull(),
    flag: text().notNull(),
    variant: text().notNull(),
    reason: text().notNull(),
    granularity: text().notNull(),
    bucketStart: time(),
    evals: count(),
    errors: count().default(0),
    /** Made from `units`. */
    distinctUnitsEstimate: count().default(0),
    /** Of `evals`, those in answers to all flags at once: nobody asked for this one by name. */
    bulk: count().default(0),
    /** HyperLogLog, one byte per register (units.ts); null where no unit was named. */
    units: bytes(),
  },
  (table) => [
    primaryKey({
      name: 'feature_flag_analytics_pk',
      columns: [
        table.tenantId,
        table.environment,
        table.flag,
        table.granularity,
        table.bucketStart,
        table.variant,
        table.reason,
      ],
    }),
    index('feature_flag_analytics_age').on(table.granularity, table.bucketStart),
  ],
)

/** Messages whose counts are in `feature_flag_analytics` already. */
export const featureFlagBatches = pgTable(
  'feature_flag_batches',
  { tenantId: tenant(), id: uuid().notNull(), at: time() },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('feature_flag_batches_at').on(table.at),
  ],
)
