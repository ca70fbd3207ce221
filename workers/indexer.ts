/** The indexer Worker: the only file wrangler.indexer.toml names. It has no route of its own. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { consumeQueue, runCheckpoints, runSweep, runVerification, testReporting } from './queue.ts'

/** What the edge may ask of it, by service binding. */
export class Indexer extends WorkerEntrypoint<IndexerEnv> {
  sweepDocuments(): Promise<void> {
    return runSweep(this.env, (work) => this.ctx.waitUntil(work))
  }

  checkpointAudit(): Promise<void> {
    return runCheckpoints(this.env, (work) => this.ctx.waitUntil(work))
  }

  verifyAudit(): Promise<void> {
    return runVerification(this.env, (work) => this.ctx.waitUntil(work))
  }

  testReporting(requestId: string) {
    return testReporting(this.env, requestId)
  }
}

export default {
  queue: (batch, env, execution) =>
    consumeQueue(batch, env, { waitUntil: (work) => execution.waitUntil(work) }),
} satisfies ExportedHandler<IndexerEnv>
