/**
 * The end of what is kept of voice sessions, run by the minute cron: of users who are gone, and older
 * than CONVERSATION_DAYS. A recording of its own ends earlier, by its object's alarm.
 */
import type { DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import { eraseRemains, type HistoryContext } from './history-service.ts'
import { selectDueErasures } from './history-store.ts'

/** Sessions per run; each calls its object. The others go a minute later. */
const MOST = 50

interface SweepContext {
  env: DatabaseEnv & { readonly CONVERSATION_DAYS: string }
  log: Log
  now: () => Date
  contextOf: (tenantId: string) => HistoryContext
}

export async function sweepVoiceSessions({ env, log, now, contextOf }: SweepContext) {
  const before = new Date(now().getTime() - Number(env.CONVERSATION_DAYS) * 86_400_000)
  const due = await selectDueErasures(env, before, MOST)
  for (const { tenant_id: tenantId, id } of due) {
    try {
      await eraseRemains(contextOf(tenantId), id)
    } catch (error) {
      log.error('a voice session could not be erased yet', { session_id: id, error })
    }
  }
  if (due.length > 0) log.info('voice sessions were erased', { sessions: due.length })
}
