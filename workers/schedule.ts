/** The minute cron: jobs of the other Workers, called by RPC, for cron fires on the edge only. */
import { edgeLog } from './edge-context.ts'
import { eraseTenants } from './identity/schedule.ts'

export async function runSchedule(_event: ScheduledController, env: EdgeEnv): Promise<void> {
  const log = edgeLog(env)
  const jobs = {
    rotateKeys: () => env.IDENTITY.rotateKeys(),
    sweepOrphans: () => env.IDENTITY.sweepOrphans(),
    eraseTenants: () => eraseTenants({ env, log }),
    sweepDocuments: () => env.INDEXER.sweepDocuments(),
  }
  for (const [job, run] of Object.entries(jobs)) {
    try {
      await run()
    } catch (error) {
      log.error('scheduled job failed', { job, error })
    }
  }
}
