/**
 * SQL for the model: read whole in one round trip, changed in one transaction that begins by advancing
 * the tenant's head, and is refused there when somebody else was first.
 */
import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { isRefusal, type Tx, withTenant } from '../../shared/database.ts'
import { FlagBody, SegmentBody } from './model-schemas.ts'
import type { Model, ModelFlag } from './model.ts'
import { overrideKey } from './model.ts'
import { publishStatements, type SnapshotRecord, type StoreContext } from './snapshot-store.ts'
import {
  featureFlags,
  flagEnvironments,
  flagHeads,
  flagSegments,
  flagSnapshots,
  userFeatureFlags,
} from './tables.ts'

/** Overrides that ended are not in it. */
export async function selectModel(ctx: StoreContext): Promise<Model> {
  const { tenantId } = ctx
  const [heads, environments, flags, segments, overrides, { rows: gone }] = await withTenant(
    ctx,
  ).batch((tx) => [
    tx.select().from(flagHeads).where(eq(flagHeads.tenantId, tenantId)),
    selectEnvironments(tx, ctx),
    tx.select().from(featureFlags).where(eq(featureFlags.tenantId, tenantId)),
    tx.select().from(flagSegments).where(eq(flagSegments.tenantId, tenantId)),
    tx
      .select()
      .from(userFeatureFlags)
      .where(and(eq(userFeatureFlags.tenantId, tenantId), isValid(ctx.now()))),
    tx.execute<{ name: string; version: number }>(sql`
      select r.name, max(r.version) as version from feature_flag_revisions r
      where r.tenant_id = ${tenantId} and not exists (
        select from feature_flags f where f.tenant_id = r.tenant_id and f.name = r.name)
      group by r.name`),
  ])
  return {
    version: heads[0]?.version ?? 0,
    environments: byName(environments.map(dated)),
    flags: byName(flags.map(toModelFlag)),
    segments: byName(segments.map((row) => ({ ...dated(row), body: SegmentBody.parse(row.body) }))),
    overrides: new Map(
      overrides.map((row) => {
        const [createdAt, expiresAt] = [row.createdAt.toISOString(), row.expiresAt?.toISOString()]
        return [overrideKey(row), { ...row, createdAt, expiresAt: expiresAt ?? null }]
      }),
    ),
    gone: new Map(gone.map(({ name, version }) => [name, version])),
  }
}

const selectEnvironments = (tx: Tx, { tenantId }: StoreContext) =>
  tx
    .select({
      name: flagEnvironments.name,
      description: flagEnvironments.description,
      killed: flagEnvironments.killed,
      approvals: flagEnvironments.approvals,
      version: flagEnvironments.version,
      sha256: sql<string>`coalesce(${flagSnapshots.sha256}, '')`,
      createdAt: flagEnvironments.createdAt,
      updatedAt: flagEnvironments.updatedAt,
    })
    .from(flagEnvironments)
    .leftJoin(
      flagSnapshots,
      and(
        eq(flagSnapshots.tenantId, flagEnvironments.tenantId),
        eq(flagSnapshots.environment, flagEnvironments.name),
        eq(flagSnapshots.version, flagEnvironments.version),
      ),
    )
    .where(eq(flagEnvironments.tenantId, tenantId))

const isValid = (now: Date) =>
  or(isNull(userFeatureFlags.expiresAt), gt(userFeatureFlags.expiresAt, now))

/** The field of a flag that is stored, whichever columns hold it. */
export function toModelFlag(row: typeof featureFlags.$inferSelect): ModelFlag {
  const { name, version, description, enabled } = row
  const document = { ...FlagBody.parse(row.body), description, enabled }
  const [createdAt, updatedAt] = [row.createdAt.toISOString(), row.updatedAt.toISOString()]
  return { name, version, document, createdAt, updatedAt }
}

function dated<Row extends { createdAt: Date; updatedAt: Date }>(row: Row) {
  const [createdAt, updatedAt] = [row.createdAt.toISOString(), row.updatedAt.toISOString()]
  return { ...row, createdAt, updatedAt }
}

/** By name, in the order of names: the same everywhere, whatever the database sorts by. */
function byName<Item extends { name: string }>(items: readonly Item[]): Map<string, Item> {
  const sorted = items.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return new Map(sorted.map((item) => [item.name, item]))
}

export interface Commit {
  /** Version of the model the change was decided on. */
  seen: number
  writes: (tx: Tx) => BatchItem<'pg'>[]
  snapshots: readonly (SnapshotRecord & { environment: string })[]
  /** Of the audit log; last, for it holds the tenant's chain. */
  entry: SQL
}

/** SQLSTATE of the function flag_advance (migrations/0018_flag_model.sql). */
const OUTDATED = 'VA412'

/** @returns whether it was stored: not when the model changed since it was read */
export async function commitChange(
  ctx: StoreContext,
  { seen, writes, snapshots, entry }: Commit,
): Promise<boolean> {
  try {
    await withTenant(ctx).batch((tx) => [
      tx.execute(sql`select flag_advance(${seen})`),
      ...writes(tx),
      ...snapshots.flatMap((one) => publishStatements(tx, ctx, one.environment, one)),
      tx.execute(entry),
    ])
    return true
  } catch (error) {
    if (isRefusal(error, OUTDATED)) return false
    throw error
  }
}
