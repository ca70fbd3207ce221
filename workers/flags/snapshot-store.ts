/** SQL for snapshots: immutable, numbered from 1 in each environment, and told of through the outbox. */
import { and, desc, eq, lte, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { WithEnv } from '../../shared/context.ts'
import { callAcrossTenants, type DatabaseEnv, type Tx, withTenant } from '../../shared/database.ts'
import { flagEnvironments, flagOutbox, flagSnapshots } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

export interface SnapshotRecord {
  readonly version: number
  /** Of the payload's bytes, in hexadecimal. */
  readonly sha256: string
  /** JSON text of a `SnapshotPayload` (compile.ts). */
  readonly payload: string
}

const RECORD = {
  version: flagSnapshots.version,
  sha256: flagSnapshots.sha256,
  payload: flagSnapshots.payload,
}

/** The newest of the environment when no version is named. @returns undefined when there is none */
export async function findSnapshot(
  ctx: StoreContext,
  environment: string,
  version?: number,
): Promise<SnapshotRecord | undefined> {
  const isIt = and(
    eq(flagSnapshots.tenantId, ctx.tenantId),
    eq(flagSnapshots.environment, environment),
    version === undefined ? undefined : eq(flagSnapshots.version, version),
  )
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select(RECORD).from(flagSnapshots).where(isIt).orderBy(desc(flagSnapshots.version)).limit(1),
  ])
  return row
}

/** Forgets that the snapshot, and those before it, are still to be told of. */
export async function deleteFromOutbox(
  ctx: StoreContext,
  environment: string,
  version: number,
): Promise<void> {
  const isIt = and(
    eq(flagOutbox.tenantId, ctx.tenantId),
    eq(flagOutbox.environment, environment),
    lte(flagOutbox.version, version),
  )
  await withTenant(ctx).batch((tx) => [tx.delete(flagOutbox).where(isIt)])
}

/** The statements that publish a snapshot, for the batch of the change it is of. */
export function publishStatements(
  tx: Tx,
  { tenantId, now }: StoreContext,
  environment: string,
  { version, sha256, payload }: SnapshotRecord,
): BatchItem<'pg'>[] {
  const createdAt = now()
  const row = { tenantId, environment, version, createdAt }
  const isIt = and(eq(flagEnvironments.tenantId, tenantId), eq(flagEnvironments.name, environment))
  return [
    tx.insert(flagSnapshots).values({ ...row, sha256, payload }),
    tx.update(flagEnvironments).set({ version }).where(isIt),
    tx.insert(flagOutbox).values(row),
  ]
}

/** Of all tenants, those written before `before` that nobody was told of. */
export async function selectDueSnapshots(
  env: DatabaseEnv,
  before: Date,
  most: number,
): Promise<{ tenantId: string; environment: string; version: number }[]> {
  const rows = await callAcrossTenants<{ tenant_id: string; environment: string; version: string }>(
    env,
    sql`select tenant_id, environment, version from flag_outbox_due(${before}, ${most})`,
  )
  return rows.map(({ tenant_id: tenantId, environment, version }) => {
    return { tenantId, environment, version: Number(version) }
  })
}
