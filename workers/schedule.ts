/** The minute cron: jobs of the other Workers, called by RPC, for cron fires on the edge only. */
import { edgeLog } from './edge-context.ts'

export async function runSchedule(_event: ScheduledController, env: EdgeEnv): Promise<void> {
  const log = edgeLog(env)
  const jobs = {
    sweepDocuments: () => env.INDEXER.sweepDocuments(),
    checkpointAudit: () => env.INDEXER.checkpointAudit(),
  }
  for (const [job, run] of Object.entries(jobs)) {
    try {
      await run()
    } catch (error) {
      log.error('scheduled job failed', { job, error })
    }
  }
}
