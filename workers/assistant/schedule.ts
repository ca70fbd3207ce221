/** The end of old conversations: what nobody has gone on with for CONVERSATION_DAYS is deleted. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'

/** Conversations per run; the others go a minute later. */
const MOST = 500

interface SweepContext {
  env: DatabaseEnv & { readonly CONVERSATION_DAYS: string }
  log: Log
  now: () => Date
}

export async function sweepConversations({ env, log, now }: SweepContext): Promise<void> {
  const before = new Date(now().getTime() - Number(env.CONVERSATION_DAYS) * 86_400_000)
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_sessions(${before.toISOString()}::timestamptz, ${MOST})::text as gone`,
  )
  if (row && row.gone !== '0')
    log.info('old conversations were deleted', { conversations: row.gone })
}
