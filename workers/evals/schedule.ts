/** The minute's job: runs that nobody works on any more go on. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import { type RunContext, workOn } from './run-service.ts'

/** Runs per tick; the rest is due a minute later. */
const MOST = 20
/** Milliseconds of one tick, for all runs together. */
const TICK_MS = 40_000

interface Job {
  env: DatabaseEnv
  log: Log
  contextOf: (tenantId: string) => RunContext
}

/** Oldest first, each with its share of the time; one that fails keeps nobody else waiting. */
export async function workOnEvals({ env, log, contextOf }: Job): Promise<void> {
  const due = await callAcrossTenants<{ tenant_id: string; id: string }>(
    env,
    sql`select * from eval_due_runs(${MOST})`,
  )
  for (const { tenant_id: tenant, id } of due) {
    try {
      await workOn(contextOf(tenant), id, TICK_MS / due.length)
    } catch (error) {
      log.error('an evaluation run was not worked on', { tenant_id: tenant, id, error })
    }
  }
}
