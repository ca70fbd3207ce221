/**
 * What flags keep of one unit, taken out on request: its overrides, also in snapshots of before, what was
 * proposed of it, and contexts it was evaluated for. Another way into this feature, for experiments, which
 * erase what they keep themselves.
 */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { hubOf } from './hub-client.ts'
import type { Write } from './model.ts'
import { publishChange } from './publish-service.ts'
import type { FlagContext } from './service.ts'

export interface ForgottenUnit {
  readonly overrides: number
  readonly proposals: number
  /** Snapshots of before that had an override of it. */
  readonly snapshots: number
  readonly contexts: number
}

/**
 * Takes no approvals: nothing is decided by it but what the law asks. What was done stays done when it fails,
 * and a repeat does the rest.
 *
 * @param facts What else was erased, for the audit log, in which the unit itself is not named
 */
export async function forgetUnit(
  ctx: FlagContext,
  unit: string,
  facts: Readonly<Record<string, number>>,
): Promise<ForgottenUnit> {
  let overrides = 0
  const { after } = await publishChange(ctx, (model) => {
    const writes = [...model.overrides.values()]
      .filter(({ unitId }) => unitId === unit)
      .map(({ environment, flag, unitId }): Write => {
        return { type: 'overrideGone', environment, flag, unitId }
      })
    overrides = writes.length
    return {
      writes,
      event: 'flag.unit.erase',
      details: { facts: { overrides, ...facts } },
      consent: { type: 'stop' },
    }
  })
  const kept = await forgetRows(ctx, unit)
  const forgotten = [...after.environments.keys()].map((environment) => {
    const place = { tenantId: ctx.tenantId, environment }
    return hubOf(ctx.env, place).forgetContexts(place, unit)
  })
  const contexts = (await Promise.all(forgotten)).reduce((sum, count) => sum + count, 0)
  return { overrides, ...kept, contexts }
}

async function forgetRows(ctx: FlagContext, unit: string) {
  const [proposals, snapshots] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ n: number }>(sql`
      with gone as (
        delete from flag_drafts where tenant_id = ${ctx.tenantId} and change ->> 'unitId' = ${unit} returning 1
      ) select count(*)::int as n from gone`),
    tx.execute<{ n: number }>(sql`select flag_forget_unit(${unit})::int as n`),
  ])
  return { proposals: proposals.rows[0]?.n ?? 0, snapshots: snapshots.rows[0]?.n ?? 0 }
}
