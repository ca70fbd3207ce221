/** The minute's job: tells hubs of the snapshots that nobody told them of. */
import type { Log } from '../../shared/log.ts'
import { announceSnapshot, settleOutbox, type SnapshotContext } from './snapshot-service.ts'
import { selectDueSnapshots } from './snapshot-store.ts'

/** Younger ones are being told of by whoever published them. */
const PATIENCE_MS = 5000

/** Snapshots in one run; the next minute goes on. */
const MOST = 200

interface Job {
  env: SnapshotContext['env']
  log: Log
  now: () => Date
  contextOf: (tenantId: string) => SnapshotContext
}

/** A tenant's failure is logged and keeps nobody else waiting. */
export async function announceDueSnapshots({ env, log, now, contextOf }: Job): Promise<void> {
  const before = new Date(now().getTime() - PATIENCE_MS)
  for (const { tenantId, environment, version } of await selectDueSnapshots(env, before, MOST)) {
    try {
      const ctx = contextOf(tenantId)
      await announceSnapshot(ctx, environment, version)
      await settleOutbox(ctx, environment, version)
    } catch (error) {
      log.error('a flag snapshot was not announced', { environment, error })
    }
  }
}
