/** The indexer Worker: the only file wrangler.indexer.toml names. It has no route of its own. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import {
  consumeQueue,
  runCheckpoints,
  runExperiments,
  runSweep,
  runVerification,
  testReporting,
} from './queue.ts'

/** What the edge may ask of it, by service binding. */
export class Indexer extends WorkerEntrypoint<IndexerEnv> {
  readonly #waitUntil = (work: Promise<unknown>) => this.ctx.waitUntil(work)

  sweepDocuments(traceparent?: string): Promise<void> {
    return runSweep(this.env, this.#waitUntil, traceparent)
  }

  checkpointAudit(traceparent?: string): Promise<void> {
    return runCheckpoints(this.env, this.#waitUntil, traceparent)
  }

  verifyAudit(traceparent?: string): Promise<void> {
    return runVerification(this.env, this.#waitUntil, traceparent)
  }

  refreshExperiments(traceparent?: string): Promise<void> {
    return runExperiments(this.env, this.#waitUntil, traceparent)
  }

  testReporting(requestId: string) {
    return testReporting(this.env, requestId)
  }
}

export default {
  queue: (batch, env, execution) =>
    consumeQueue(batch, env, { waitUntil: (work) => execution.waitUntil(work) }),
} satisfies ExportedHandler<IndexerEnv>
