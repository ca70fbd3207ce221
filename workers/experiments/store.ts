/** SQL for exposures and metric events of the context's tenant. */
import { sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import type { UnitMessage } from './schemas.ts'

export type StoreContext = WithEnv<DatabaseEnv>

type OfType<Type extends UnitMessage['type']> = Extract<UnitMessage, { type: Type }>
const isOf =
  <Type extends UnitMessage['type']>(type: Type) =>
  (message: UnitMessage): message is OfType<Type> =>
    message.type === type

/** One transaction, and within it one statement each. A tenant that is gone gets nothing. */
export async function insertUnits(
  ctx: StoreContext,
  messages: readonly UnitMessage[],
): Promise<number> {
  const exposures = messages
    .filter(isOf('exposures'))
    .flatMap(({ environment, exposures: all }) => all.map((one) => ({ environment, ...one })))
  const events = messages
    .filter(isOf('metrics'))
    .flatMap(({ environment, events: all }) => all.map((one) => ({ environment, ...one })))
  const results = await withTenant(ctx).batch((tx) => [
    tx.execute<{ stored: number }>(exposeUnits(ctx.tenantId, exposures)),
    tx.execute(insertEvents(ctx.tenantId, events)),
  ])
  return results[0].rows[0]?.stored ?? 0
}

/**
 * A unit keeps the variant it had first, and a second one marks it for good: a repeat changes nothing. The
 * phase is noted as touched. Rows are in one order, for two statements at once lock the same ones.
 */
const exposeUnits = (tenantId: string, rows: readonly object[]) => sql`
  with given as (
    select e.environment, e.experiment, e.phase, e.unit,
      (array_agg(e.variant order by e.time, e.variant))[1] as variant, min(e.time) as first_at,
      count(distinct e.variant) > 1 as conflicts
    from json_to_recordset(${JSON.stringify(rows)}::json) as e (
      environment text, experiment text, phase integer, unit text, variant text, time timestamptz)
    join tenants t on t.id = ${tenantId}
    group by 1, 2, 3, 4
  ), stored as (
    insert into experiment_exposures as x
      (tenant_id, environment, experiment, phase, unit, variant, first_at, conflicts)
    select ${tenantId}, g.* from given g order by 2, 3, 4, 5
    on conflict (tenant_id, environment, experiment, phase, unit) do update
    set conflicts = x.conflicts or excluded.conflicts or x.variant <> excluded.variant,
      first_at = least(x.first_at, excluded.first_at)
    where not x.conflicts and (excluded.conflicts or x.variant <> excluded.variant)
      or excluded.first_at < x.first_at
    returning (xmax = 0) as is_new
  ), touched as (
    insert into experiment_refreshes as r (tenant_id, environment, experiment, phase, touched_at)
    -- Distinct before the clock is read, which goes on between rows.
    select ${tenantId}, g.environment, g.experiment, g.phase, clock_timestamp()
    from (select distinct environment, experiment, phase from given) g order by 2, 3, 4
    on conflict (tenant_id, environment, experiment, phase) do update
    set touched_at = excluded.touched_at where r.touched_at < excluded.touched_at - interval '10 seconds'
  )
  select count(*) filter (where is_new)::int as stored from stored`

/** What is there already is passed over. Phases the units are in are noted as touched. */
const insertEvents = (tenantId: string, rows: readonly object[]) => sql`
  with given as (
    insert into metric_events (tenant_id, environment, metric, unit, idempotency_key, value, at)
    select t.id, m.environment, m.metric, m.unit, m."idempotencyKey", m.value, m.time
    from json_to_recordset(${JSON.stringify(rows)}::json) as m (environment text, metric text,
      unit text, "idempotencyKey" text, value double precision, time timestamptz)
    join tenants t on t.id = ${tenantId}
    on conflict do nothing
    returning environment, unit
  )
  update experiment_refreshes r set touched_at = clock_timestamp()
  where r.tenant_id = ${tenantId} and r.touched_at < clock_timestamp() - interval '10 seconds'
    and exists (
      select from experiment_exposures x join given g using (environment, unit)
      where x.tenant_id = r.tenant_id and x.environment = r.environment
        and x.experiment = r.experiment and x.phase = r.phase)`

interface Phase {
  readonly environment: string
  readonly experiment: string
  readonly phase: number
}

/** Days before its exposure in which a unit's events make its covariate. */
const BEFORE_DAYS = 14

/**
 * The sums of a phase, made anew in place of those there are. Every metric counts that a unit of it has an
 * event of, in each kind of outcome; units that had two variants are left out.
 */
export async function refreshMoments(ctx: StoreContext, { environment, experiment, phase }: Phase) {
  const { tenantId } = ctx
  const isIt = sql`tenant_id = ${tenantId} and environment = ${environment}
    and experiment = ${experiment} and phase = ${phase}`
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`update experiment_refreshes set refreshed_at = ${ctx.now().toISOString()}::timestamptz
      where ${isIt}`),
    tx.execute(sql`delete from experiment_moments where ${isIt}`),
    tx.execute(sql`
      insert into experiment_moments (tenant_id, environment, experiment, phase, metric, kind, variant,
        day, n, sum_y, sum_y2, sum_x, sum_x2, sum_xy)
      with units as (
        select unit, variant, first_at from experiment_exposures where ${isIt} and not conflicts
      ), sums as (
        select m.metric, m.unit,
          coalesce(sum(m.value) filter (where m.at >= u.first_at), 0) as y,
          coalesce(sum(m.value) filter (where m.at < u.first_at), 0) as x,
          count(*) filter (where m.at >= u.first_at) as after,
          count(*) filter (where m.at < u.first_at) as before
        from metric_events m join units u on u.unit = m.unit
        where m.tenant_id = ${tenantId} and m.environment = ${environment}
          and m.at >= u.first_at - ${BEFORE_DAYS} * interval '1 day'
        group by 1, 2
      ), outcomes as (
        select s.metric, s.unit, o.kind, o.y, o.x from sums s cross join lateral (values
          ('mean', s.y, s.x), ('count', s.after, s.before),
          ('proportion', least(s.after, 1), least(s.before, 1))) as o (kind, y, x)
      )
      select ${tenantId}, ${environment}, ${experiment}, ${phase}::integer, k.metric, k.kind, u.variant,
        (u.first_at at time zone 'UTC')::date, count(*), coalesce(sum(s.y), 0), coalesce(sum(s.y * s.y), 0),
        coalesce(sum(s.x), 0), coalesce(sum(s.x * s.x), 0), coalesce(sum(s.x * s.y), 0)
      from units u cross join (select distinct metric, kind from outcomes) k
      left join outcomes s on s.metric = k.metric and s.kind = k.kind and s.unit = u.unit
      group by 5, 6, 7, 8`),
  ])
}
