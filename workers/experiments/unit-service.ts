/** Erases what experiments and flags keep of one unit, such as a customer's customer who asks for it. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { forgetUnit } from '../flags/unit-service.ts'
import type { ResultContext } from './result-service.ts'
import type { ErasedUnit } from './unit-schemas.ts'

/**
 * Sums are made anew without it within ten minutes. A unit nobody knows is erased as well: nothing is found.
 * A repeat does what a failure left.
 */
export async function eraseUnit(ctx: ResultContext, unit: string): Promise<ErasedUnit> {
  const rows = await eraseRows(ctx, unit)
  return { ...rows, ...(await forgetUnit(ctx, unit, rows)) }
}

/** Phases it was in are noted as touched first, while its exposures still say which. */
async function eraseRows({ tenantId, ...ctx }: ResultContext, unit: string) {
  const [, exposures, events] = await withTenant({ tenantId, ...ctx }).batch((tx) => [
    tx.execute(sql`
      update experiment_refreshes r set touched_at = clock_timestamp()
      where r.tenant_id = ${tenantId} and exists (
        select from experiment_exposures x where x.tenant_id = r.tenant_id and x.unit = ${unit}
          and x.environment = r.environment and x.experiment = r.experiment and x.phase = r.phase)`),
    tx.execute<{ n: number }>(sql`
      with gone as (
        delete from experiment_exposures where tenant_id = ${tenantId} and unit = ${unit} returning 1
      ) select count(*)::int as n from gone`),
    tx.execute<{ n: number }>(sql`
      with gone as (
        delete from metric_events where tenant_id = ${tenantId} and unit = ${unit} returning 1
      ) select count(*)::int as n from gone`),
  ])
  return { exposures: exposures.rows[0]?.n ?? 0, events: events.rows[0]?.n ?? 0 }
}
