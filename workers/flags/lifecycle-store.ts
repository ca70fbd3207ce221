/** SQL for the days flags were asked for, and for the places in code that name them. */
import { and, asc, eq, gt, gte, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditEntry } from '../audit/service.ts'
import { flagReferences } from './lifecycle-tables.ts'
import type { StoreContext } from './snapshot-store.ts'
import { featureFlagAnalytics as analytics } from './tables.ts'

/** Days of the report, at most. */
const KEPT_DAYS = 180

/** Of an environment, by flags; and since when there are any. Not of answers to all flags at once. */
export async function selectSightings(ctx: StoreContext, environment: string) {
  const { tenantId, flag, variant, reason, granularity, bucketStart, evals, bulk } = analytics
  const day = sql<string>`to_char(${bucketStart} at time zone 'UTC', 'YYYY-MM-DD')`
  const oldest = new Date(ctx.now().getTime() - KEPT_DAYS * 86_400_000)
  const isIn = and(
    eq(tenantId, ctx.tenantId),
    eq(analytics.environment, environment),
    eq(granularity, 'day'),
    gte(bucketStart, oldest),
    gt(evals, bulk),
  )
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({
        flag,
        day,
        variant: sql<string>`coalesce(nullif(${variant}, ''), ${reason})`,
      })
      .from(analytics)
      .where(isIn)
      .groupBy(flag, day, sql`3`)
      .orderBy(asc(day)),
  ])
  return { byFlag: Map.groupBy(rows, (row) => row.flag), since: rows[0]?.day ?? null }
}

export interface ReferenceRow {
  readonly repository: string
  readonly flag: string
  readonly revision: string
  readonly places: readonly { path: string; line: number }[]
  readonly scannedAt: Date
}

export async function selectReferences(
  ctx: StoreContext,
  repository?: string,
): Promise<ReferenceRow[]> {
  const isAsked = and(
    eq(flagReferences.tenantId, ctx.tenantId),
    repository === undefined ? undefined : eq(flagReferences.repository, repository),
  )
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(flagReferences)
      .where(isAsked)
      .orderBy(asc(flagReferences.flag), asc(flagReferences.repository)),
  ])
  return rows
}

/** In place of what the last scan of the repository found. */
export async function replaceReferences(
  ctx: StoreContext,
  repository: string,
  rows: readonly Omit<ReferenceRow, 'repository'>[],
): Promise<void> {
  const { tenantId } = ctx
  const isOld = and(
    eq(flagReferences.tenantId, tenantId),
    eq(flagReferences.repository, repository),
  )
  const details = {
    resource: { type: 'flag', id: '*' },
    facts: { repository, flags: rows.length },
  }
  const values = rows.map((row) => ({ ...row, tenantId, repository, places: [...row.places] }))
  await withTenant(ctx).batch((tx) => [
    tx.delete(flagReferences).where(isOld),
    ...(values.length > 0 ? [tx.insert(flagReferences).values(values)] : []),
    tx.execute(auditEntry(ctx, 'flag.references.set', details)),
  ])
}
