/**
 * The document queue. It alone decides what becomes of a message: acknowledged, tried again, or dead.
 * Messages are handled one after another, because each may hold a whole file in memory.
 */
import type { Log } from '../../shared/log.ts'
import { type IndexContext, indexDocument } from './perform.ts'
import { abandonRun } from './run-store.ts'
import { DocumentMessage } from './schemas.ts'

const JOB = { type: 'documents' } as const

interface Source {
  /** The context of a message's own tenant, request and trace. */
  contextOf: (message: DocumentMessage) => IndexContext
  /** Runs the message's work as part of the trace it carries. */
  follow: (message: DocumentMessage, work: () => Promise<void>) => Promise<void>
  log: Log
}

type Batch = Pick<MessageBatch, 'messages'>

export function consumeDocuments({ messages }: Batch, source: Source): Promise<void> {
  return eachOf(messages, source, async (ctx, body, message) => {
    const began = ctx.now().getTime()
    const outcome = await indexDocument(ctx, body)
    const seconds = (ctx.now().getTime() - began) / 1000
    ctx.metrics.observe('voiceassist_job_duration_seconds', JOB, seconds)
    const status = outcome.type === 'done' ? 'done' : 'retried'
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status })
    if (outcome.type === 'done') message.ack()
    else message.retry({ delaySeconds: outcome.delaySeconds })
  })
}

/** What the queue gave up on: kept as a dead letter, and the document says so. */
export function consumeDeadDocuments({ messages }: Batch, source: Source): Promise<void> {
  const fallback = {
    code: 'gave_up',
    message: 'Indexing was tried several times and never finished.',
  }
  return eachOf(messages, source, async (ctx, body, message) => {
    ctx.log.error('document message is dead', { document_id: body.documentId })
    ctx.metrics.inc('voiceassist_dead_letters_total', { queue: 'documents' })
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'dead' })
    await abandonRun(ctx, body, fallback)
    message.ack()
  })
}

/** One message's failure is its own: the rest of the batch goes on. */
async function eachOf(
  messages: Batch['messages'],
  { contextOf, follow, log }: Source,
  handle: (ctx: IndexContext, body: DocumentMessage, message: Message) => Promise<void>,
): Promise<void> {
  for (const message of messages) {
    const { success, data } = DocumentMessage.safeParse(message.body)
    if (!success) {
      log.error('a message that is not ours was dropped', { message_id: message.id })
      message.ack()
      continue
    }
    try {
      await follow(data, () => handle(contextOf(data), data, message))
    } catch (error) {
      const whose = { tenant_id: data.tenantId, request_id: data.requestId }
      log.error('document message failed', { message_id: message.id, ...whose, error })
      message.retry({ delaySeconds: Math.min(2 ** message.attempts, 60) })
    }
  }
}
