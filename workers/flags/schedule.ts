/**
 * The minute's jobs. Evaluation knows no time: what ends is taken out here, by publishing without it. And
 * hubs are told of the snapshots that nobody told them of.
 */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import { publishChange } from './publish-service.ts'
import { runDue } from './schedule-run-service.ts'
import type { FlagContext } from './service.ts'
import { announceSnapshot, settleOutbox } from './snapshot-service.ts'
import { selectDueSnapshots } from './snapshot-store.ts'

/** Tenants per tick; the rest is due a minute later. */
const MOST = 100

/** Snapshots per tick. */
const MOST_SNAPSHOTS = 200

/** Younger snapshots are being told of by whoever published them. */
const PATIENCE_MS = 5000

interface Job {
  env: DatabaseEnv
  log: Log
  now: () => Date
  contextOf: (tenantId: string) => FlagContext
}

/** Rows of counts per tick. */
const MOST_ROWS = 5000

/** The end of old counts; how long each kind is kept the function says. */
export async function sweepFlagCounts({ env, log, now }: Omit<Job, 'contextOf'>): Promise<void> {
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_flag_counts(${now().toISOString()}::timestamptz, ${MOST_ROWS})::text as gone`,
  )
  if (row && row.gone !== '0')
    log.info('old counts of evaluations were deleted', { rows: row.gone })
}

/** A tenant that fails does not keep the others waiting. */
export async function expireOverrides({ env, log, now, contextOf }: Job): Promise<void> {
  const at = now().toISOString()
  const due = await callAcrossTenants<{ tenant_id: string }>(
    env,
    sql`select * from flag_due_tenants(${at}::timestamptz, ${MOST})`,
  )
  for (const { tenant_id: tenant } of due) {
    try {
      await publishChange(contextOf(tenant), () => ({
        writes: [{ type: 'overridesExpired', at }],
        event: 'flag.override.expire',
        details: { facts: { at } },
        consent: { type: 'stop' },
      }))
    } catch (error) {
      log.error('ended overrides could not be taken out', { tenant_id: tenant, error })
    }
  }
}

/** Hubs do this by themselves, in time; here it is made good what one missed. */
export async function runDueSchedules({ env, log, now, contextOf }: Job): Promise<void> {
  const due = await callAcrossTenants<{ tenant_id: string; environment: string }>(
    env,
    sql`select * from flag_schedules_due(${now()}::timestamptz, ${MOST})`,
  )
  for (const { tenant_id: tenant, environment } of due) {
    try {
      await runDue(contextOf(tenant), environment)
    } catch (error) {
      log.error('a flag schedule was not run', { tenant_id: tenant, environment, error })
    }
  }
}

/** A tenant's failure is logged and keeps nobody else waiting. */
export async function announceDueSnapshots({ env, log, now, contextOf }: Job): Promise<void> {
  const before = new Date(now().getTime() - PATIENCE_MS)
  for (const due of await selectDueSnapshots(env, before, MOST_SNAPSHOTS)) {
    const { tenantId, environment, version } = due
    try {
      const ctx = contextOf(tenantId)
      await announceSnapshot(ctx, environment, version)
      await settleOutbox(ctx, environment, version)
    } catch (error) {
      log.error('a flag snapshot was not announced', { tenant_id: tenantId, environment, error })
    }
  }
}
