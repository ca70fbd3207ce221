/** Evaluation knows no time: what ends is taken out by the minute's cron, which publishes without it. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import { publishChange } from './publish-service.ts'
import type { FlagContext } from './service.ts'

/** Tenants per tick; the rest is due a minute later. */
const MOST = 100

interface Expiry {
  env: DatabaseEnv
  log: Log
  now: () => Date
  contextOf: (tenantId: string) => FlagContext
}

/** A tenant that fails does not keep the others waiting. */
export async function expireOverrides({ env, log, now, contextOf }: Expiry): Promise<void> {
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
