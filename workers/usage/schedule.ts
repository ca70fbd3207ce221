/** The end of old rows of the ledger: after USAGE_DAYS they are deleted. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'

/** Rows per run; the others go a minute later. */
const MOST = 5000

interface SweepContext {
  env: DatabaseEnv & { readonly USAGE_DAYS: string }
  log: Log
  now: () => Date
}

export async function sweepUsage({ env, log, now }: SweepContext): Promise<void> {
  const before = new Date(now().getTime() - Number(env.USAGE_DAYS) * 86_400_000)
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_usage(${before.toISOString()}::timestamptz, ${MOST})::text as gone`,
  )
  if (row && row.gone !== '0') log.info('old usage was deleted', { rows: row.gone })
}
