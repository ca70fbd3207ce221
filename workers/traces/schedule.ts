/** The end of spans and of the requests among them: seven days after they began. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'

const KEPT_DAYS = 7

/** Rows of each table per run: more than come in a minute, or the tables would grow for ever. */
const MOST = 20_000

interface SweepContext {
  env: DatabaseEnv
  log: Log
  now: () => Date
}

export async function sweepTraces({ env, log, now }: SweepContext): Promise<void> {
  const before = new Date(now().getTime() - KEPT_DAYS * 86_400_000)
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_traces(${before.toISOString()}::timestamptz, ${MOST})::text as gone`,
  )
  if (row && row.gone !== '0') log.info('old spans were deleted', { rows: row.gone })
}
