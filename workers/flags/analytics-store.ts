/** SQL that reads counts of evaluations. */
import { and, asc, desc, eq, gte, lt, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import type { Granularity } from './analytics-schemas.ts'
import type { Window } from './analytics-window.ts'
import type { StoreContext } from './snapshot-store.ts'
import { featureFlagAnalytics as analytics } from './tables.ts'

interface Part extends Window {
  readonly environment: string
  readonly granularity: Granularity
}

const isIn = ({ tenantId }: StoreContext, { environment, granularity, from, to }: Part) =>
  and(
    eq(analytics.tenantId, tenantId),
    eq(analytics.environment, environment),
    eq(analytics.granularity, granularity),
    gte(analytics.bucketStart, new Date(from)),
    lt(analytics.bucketStart, new Date(to)),
  )

/** Of one flag, in the order of variants, reasons and times. */
export async function selectCounts(ctx: StoreContext, part: Part, flag: string) {
  const { variant, reason, bucketStart, evals, bulk, errors, distinctUnitsEstimate } = analytics
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({
        variant,
        reason,
        at: bucketStart,
        evals,
        bulk,
        errors,
        units: distinctUnitsEstimate,
      })
      .from(analytics)
      .where(and(isIn(ctx, part), eq(analytics.flag, flag)))
      .orderBy(asc(variant), asc(reason), asc(bucketStart)),
  ])
  return rows
}

/** Of a flag's evaluations by its name since a minute, and of those that failed. */
export async function sumErrors(
  ctx: StoreContext,
  { flag, environment }: { flag: string; environment: string },
  from: Date,
): Promise<{ evaluations: number; errors: number }> {
  const isAsked = and(
    eq(analytics.tenantId, ctx.tenantId),
    eq(analytics.environment, environment),
    eq(analytics.flag, flag),
    eq(analytics.granularity, 'minute'),
    gte(analytics.bucketStart, from),
  )
  const { evals, bulk, errors } = analytics
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({
        evaluations: sql<number>`coalesce(sum(${evals} - ${bulk}), 0)::float8`,
        errors: sql<number>`coalesce(sum(${errors}), 0)::float8`,
      })
      .from(analytics)
      .where(isAsked),
  ])
  return row ?? { evaluations: 0, errors: 0 }
}

/** Of all flags; a unit that got two variants is one. */
export async function sumCounts(ctx: StoreContext, part: Part) {
  const total = (column: unknown) => sql<number>`sum(${column})::float8`
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({
        flag: analytics.flag,
        evals: total(analytics.evals),
        bulk: total(analytics.bulk),
        errors: total(analytics.errors),
        units: sql<number>`coalesce(units_estimate(units_merge_all(${analytics.units})), 0)::float8`,
        lastAt: sql<string>`max(${analytics.bucketStart})`,
      })
      .from(analytics)
      .where(isIn(ctx, part))
      .groupBy(analytics.flag)
      .orderBy(desc(total(analytics.evals)), asc(analytics.flag)),
  ])
  return rows
}
