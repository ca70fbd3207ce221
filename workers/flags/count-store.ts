/** SQL that adds counts of evaluations up. */
import { sql } from 'drizzle-orm'
import type { CountMessage } from './count-schemas.ts'

/**
 * One statement: adds to the minute, its hour and its day, so all three are whole at any time. A message
 * that is there already adds nothing, nor does one of a tenant that is gone. Rows are in one order, for two
 * statements at once lock the same hours.
 */
export function addCounts(tenantId: string, messages: readonly CountMessage[]) {
  // The queue may bring one twice in the same batch.
  const byId = new Map(messages.map((message) => [message.id, message]))
  const ids = [...byId.keys()].map((id) => ({ id }))
  const rows = [...byId.values()].flatMap(({ id, counts }) => counts.map((row) => ({ id, ...row })))
  return sql`
    with fresh as (
      insert into feature_flag_batches (tenant_id, id, at)
      select t.id, m.id, now()
      from json_to_recordset(${JSON.stringify(ids)}::json) as m (id uuid)
      join tenants t on t.id = ${tenantId}
      on conflict do nothing
      returning id
    ), sums as (
      select c.environment, c.flag, c.variant, c.reason, g.granularity,
        date_trunc(g.granularity, c.minute, 'UTC') as bucket_start,
        sum(c.evals) as evals, sum(c.errors) as errors, sum(c.bulk) as bulk,
        units_merge_all(decode(c.units, 'base64')) as units
      from json_to_recordset(${JSON.stringify(rows)}::json) as c (
        id uuid, environment text, flag text, variant text, reason text, minute timestamptz,
        evals bigint, errors bigint, bulk bigint, units text)
      join fresh f on f.id = c.id
      cross join (values ('minute'), ('hour'), ('day')) as g (granularity)
      group by 1, 2, 3, 4, 5, 6
    )
    insert into feature_flag_analytics as a (tenant_id, environment, flag, variant, reason,
      granularity, bucket_start, evals, errors, bulk, units, distinct_units_estimate)
    select ${tenantId}, environment, flag, variant, reason, granularity, bucket_start, evals, errors,
      bulk, units, coalesce(units_estimate(units), 0)
    from sums order by environment, flag, granularity, bucket_start, variant, reason
    on conflict (tenant_id, environment, flag, granularity, bucket_start, variant, reason) do update
    set evals = a.evals + excluded.evals, errors = a.errors + excluded.errors,
      bulk = a.bulk + excluded.bulk, units = units_merge(a.units, excluded.units),
      distinct_units_estimate = coalesce(units_estimate(units_merge(a.units, excluded.units)), 0)`
}
