/** SQL for settings and results. Every statement names its tenant, and so does the batch it runs in. */
import { and, type AnyColumn, eq, gte, inArray, max, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { callAcrossTenants, type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { ArmUnits } from './analysis.ts'
import {
  type ExperimentExposures,
  ExperimentResults,
  ExperimentSettings,
} from './result-schemas.ts'
import { experimentResults, experiments } from './result-tables.ts'
import type { Moments } from './statistics/moments.ts'
import { experimentExposures, experimentMoments, experimentRefreshes } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/** An experiment's key in an environment. */
export interface Place {
  readonly environment: string
  readonly key: string
}

export interface PhasePlace extends Place {
  readonly phase: number
}

/** By key; without `keys` of the whole environment. */
export async function selectSettings(
  ctx: StoreContext,
  environment: string,
  keys: readonly string[],
): Promise<Map<string, ExperimentSettings>> {
  const { tenantId, key } = experiments
  const isAsked = and(
    eq(tenantId, ctx.tenantId),
    eq(experiments.environment, environment),
    inArray(key, [...keys]),
  )
  const [rows] = await withTenant(ctx).batch((tx) => [tx.select().from(experiments).where(isAsked)])
  return new Map(rows.map((row) => [row.key, toSettings(row)]))
}

function toSettings(row: typeof experiments.$inferSelect): ExperimentSettings {
  const { horizonAt, updatedAt } = row
  return ExperimentSettings.parse({
    ...row,
    horizonAt: horizonAt?.toISOString() ?? null,
    updatedAt: updatedAt.toISOString(),
  })
}

/**
 * @param seen The version the settings were made from; 0 where there were none
 * @returns whether they were still at it
 */
export async function putSettings(
  ctx: StoreContext,
  { environment, key }: Place,
  seen: number,
  settings: ExperimentSettings,
): Promise<boolean> {
  const { control, metrics, method, horizonAt, version, updatedBy } = settings
  const set = {
    control,
    metrics,
    method,
    horizonAt: horizonAt === null ? null : new Date(horizonAt),
    version,
    updatedAt: new Date(settings.updatedAt),
    updatedBy,
  }
  const facts = { environment, version, metrics: metrics.length, method }
  const resource = { type: 'experiment', id: key }
  const seq = auditColumn(ctx, 'experiment.settings.set', { resource, facts })
  const [rows] = await withTenant(ctx).batch((tx) => {
    const stored = tx.$with('stored').as(
      tx
        .insert(experiments)
        .values({ tenantId: ctx.tenantId, environment, key, ...set })
        .onConflictDoUpdate({
          target: [experiments.tenantId, experiments.environment, experiments.key],
          set,
          setWhere: eq(experiments.version, seen),
        })
        .returning({ key: experiments.key }),
    )
    return [tx.with(stored).select({ seq }).from(stored)]
  })
  return rows.length > 0
}

export interface Sums {
  /** null while nothing was counted. */
  readonly dataAt: Date | null
  readonly since: string | null
  readonly arms: readonly ArmUnits[]
  readonly moments: readonly (Moments & { metric: string; kind: string; variant: string })[]
}

/** All that is known of a phase, added up over its days. */
export async function selectSums(
  ctx: StoreContext,
  { environment, key, phase }: PhasePlace,
): Promise<Sums> {
  const isExposed = isPhase(ctx, experimentExposures, { environment, key, phase })
  const isCounted = isPhase(ctx, experimentMoments, { environment, key, phase })
  const isRefreshed = isPhase(ctx, experimentRefreshes, { environment, key, phase })
  const { metric, kind, variant } = experimentMoments
  const [arms, moments, [refresh]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({
        variant: experimentExposures.variant,
        units: sql<number>`count(*)::int`,
        several: sql<number>`(count(*) filter (where ${experimentExposures.conflicts}))::int`,
        since: sql<string>`min(${experimentExposures.firstAt})`,
      })
      .from(experimentExposures)
      .where(isExposed)
      .groupBy(experimentExposures.variant),
    tx
      .select({ metric, kind, variant, ...SUMS })
      .from(experimentMoments)
      .where(isCounted)
      .groupBy(metric, kind, variant),
    tx.select({ at: experimentRefreshes.refreshedAt }).from(experimentRefreshes).where(isRefreshed),
  ])
  const times = arms.map(({ since }) => new Date(since).toISOString()).toSorted()
  return { dataAt: refresh?.at ?? null, since: times[0] ?? null, arms, moments }
}

/** New units by day and variant, in that order. */
export async function selectDays(
  ctx: StoreContext,
  place: PhasePlace,
  since: Date,
): Promise<ExperimentExposures['days']> {
  const { firstAt, variant } = experimentExposures
  const day = sql<string>`to_char(${firstAt} at time zone 'UTC', 'YYYY-MM-DD')`
  const isAsked = and(isPhase(ctx, experimentExposures, place), gte(firstAt, since))
  const [days] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ day, variant, units: sql<number>`count(*)::int` })
      .from(experimentExposures)
      .where(isAsked)
      .groupBy(sql`1`, variant)
      .orderBy(sql`1`, variant),
  ])
  return days
}

/** The newest first exposure of a phase, if it has any. */
export async function selectLastExposure(
  ctx: StoreContext,
  place: PhasePlace,
): Promise<Date | null> {
  const { firstAt } = experimentExposures
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ at: max(firstAt) })
      .from(experimentExposures)
      .where(isPhase(ctx, experimentExposures, place)),
  ])
  return row?.at ?? null
}

const added = (column: AnyColumn) => sql<number>`sum(${column})::float8`

const SUMS = {
  n: added(experimentMoments.n),
  sumY: added(experimentMoments.sumY),
  sumYY: added(experimentMoments.sumY2),
  sumX: added(experimentMoments.sumX),
  sumXX: added(experimentMoments.sumX2),
  sumXY: added(experimentMoments.sumXy),
}

type PhaseTable = typeof experimentExposures | typeof experimentMoments | typeof experimentRefreshes

const isPhase = (ctx: StoreContext, table: PhaseTable, { environment, key, phase }: PhasePlace) =>
  and(
    eq(table.tenantId, ctx.tenantId),
    eq(table.environment, environment),
    eq(table.experiment, key),
    eq(table.phase, phase),
  )

/** In place of what was known of the phase. */
export async function putResults(
  ctx: StoreContext,
  place: PhasePlace,
  results: ExperimentResults,
): Promise<void> {
  const { isFinal, computedAt } = results
  const set = { computedAt: new Date(computedAt), isFinal, results }
  await upsertResults(ctx, place, set, { isFinal, results })
}

/** As they are, if there are any, and as if made now. */
export const keepResults = (ctx: StoreContext, place: PhasePlace): Promise<void> =>
  upsertResults(ctx, place, { computedAt: ctx.now() }, { isFinal: false, results: null })

type ResultRow = typeof experimentResults.$inferInsert

async function upsertResults(
  ctx: StoreContext,
  { environment, key, phase }: PhasePlace,
  set: Partial<ResultRow> & Pick<ResultRow, 'computedAt'>,
  first: Pick<ResultRow, 'isFinal' | 'results'>,
): Promise<void> {
  const { tenantId, experiment } = experimentResults
  const target = [tenantId, experimentResults.environment, experiment, experimentResults.phase]
  const row = { tenantId: ctx.tenantId, environment, experiment: key, phase, ...first, ...set }
  await withTenant(ctx).batch((tx) => [
    tx.insert(experimentResults).values(row).onConflictDoUpdate({ target, set }),
  ])
}

/** By key and phase, as `resultKey` has it. */
export async function selectResults(
  ctx: StoreContext,
  environment: string,
  keys: readonly string[],
): Promise<Map<string, ExperimentResults>> {
  const { tenantId, experiment, phase, results } = experimentResults
  const isAsked = and(
    eq(tenantId, ctx.tenantId),
    eq(experimentResults.environment, environment),
    inArray(experiment, [...keys]),
  )
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx.select({ experiment, phase, results }).from(experimentResults).where(isAsked),
  ])
  return new Map(
    rows.flatMap((row) =>
      row.results
        ? [[resultKey(row.experiment, row.phase), ExperimentResults.parse(row.results)]]
        : [],
    ),
  )
}

export const resultKey = (key: string, phase: number): string => `${phase} ${key}`

export interface DuePhase extends PhasePlace {
  readonly tenantId: string
}

/** Phases whose sums are newer than their results. */
export async function selectDue(env: DatabaseEnv, at: Date, most: number): Promise<DuePhase[]> {
  const rows = await callAcrossTenants<{
    tenant_id: string
    environment: string
    experiment: string
    phase: number
  }>(env, sql`select * from experiment_results_due(${at.toISOString()}::timestamptz, ${most})`)
  return rows.map(({ tenant_id: tenantId, environment, experiment: key, phase }) => {
    return { tenantId, environment, key, phase }
  })
}
