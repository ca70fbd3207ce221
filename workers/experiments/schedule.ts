/** The minute's jobs of experiments: sums that are older than what came in, and the end of old rows. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants } from '../../shared/database.ts'
import { refreshMoments, type StoreContext } from './store.ts'

/** Phases per run, and rows; the others go a minute later. */
const MOST = 50
const MOST_ROWS = 5000
/** As long as days of evaluations are kept. */
const KEPT_DAYS = 400

interface Job extends Pick<StoreContext, 'env' | 'log' | 'now'> {
  contextOf: (tenantId: string) => StoreContext
}

/** A phase that fails does not keep the others waiting. */
export async function refreshExperiments({ env, log, now, contextOf }: Job): Promise<void> {
  const due = await callAcrossTenants<{
    tenant_id: string
    environment: string
    experiment: string
    phase: number
  }>(env, sql`select * from experiments_due(${now().toISOString()}::timestamptz, ${MOST})`)
  for (const { tenant_id: tenantId, ...phase } of due) {
    try {
      await refreshMoments(contextOf(tenantId), phase)
    } catch (error) {
      log.error('sums of an experiment were not made', { tenant_id: tenantId, error })
    }
  }
}

export async function sweepExperiments({ env, log, now }: Job): Promise<void> {
  const before = new Date(now().getTime() - KEPT_DAYS * 86_400_000)
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_experiments(${before.toISOString()}::timestamptz, ${MOST_ROWS})::text as gone`,
  )
  if (row && row.gone !== '0') log.info('old exposures and events were deleted', { rows: row.gone })
}
