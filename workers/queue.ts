/** The indexer's queues and jobs: which feature handles what. */
import { createLog } from '../shared/log.ts'
import { traceparentOf } from '../shared/trace.ts'
import { indexerContext } from './indexer-context.ts'
import { consumeDeadDocuments, consumeDocuments } from './knowledge/consumer.ts'
import { sweepDocuments } from './knowledge/schedule.ts'
import type { DocumentMessage } from './knowledge/schemas.ts'
import { consumeDeadMail, consumeMail } from './workspace/consumer.ts'
import type { MailMessage } from './workspace/schemas.ts'

type WaitUntil = (work: Promise<unknown>) => void

/** Queue names end in the environment's, so they are told apart by how they begin. */
export async function consumeQueue(
  batch: MessageBatch,
  env: IndexerEnv,
  { waitUntil }: { waitUntil: WaitUntil },
): Promise<void> {
  const contextOf = ({ tenantId, requestId, traceparent }: DocumentMessage) => {
    const actor = { type: 'system', job: 'documents' } as const
    return indexerContext(env, { tenantId, actor, requestId, traceparent, waitUntil })
  }
  const log = createLog({ level: env.LOG_LEVEL }, { worker: 'indexer', queue: batch.queue })
  if (batch.queue.startsWith('mail')) {
    const actor = { type: 'system', job: 'mail' } as const
    const mailContext = ({ requestId, traceparent }: MailMessage) =>
      indexerContext(env, { tenantId: '', actor, requestId, traceparent, waitUntil })
    const deliver = batch.queue.startsWith('mail-dead') ? consumeDeadMail : consumeMail
    return deliver(batch, { contextOf: mailContext, log })
  }
  const consume = batch.queue.startsWith('documents-dead') ? consumeDeadDocuments : consumeDocuments
  await consume(batch, { contextOf, log })
}

/** Called by the edge's minute cron. */
export async function runSweep(env: IndexerEnv, waitUntil: WaitUntil): Promise<void> {
  const actor = { type: 'system', job: 'sweepDocuments' } as const
  const requestId = crypto.randomUUID()
  const traceparent = traceparentOf(undefined)
  const ctx = indexerContext(env, { tenantId: '', actor, requestId, traceparent, waitUntil })
  await sweepDocuments(ctx)
}
