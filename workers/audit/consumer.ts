/**
 * The audit queue: one statement per tenant and batch. It alone decides what becomes of a message:
 * appended, tried again, or dead. Entries carry their id, so one that comes twice is written once.
 */
import { ProblemError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { AuditMessage } from './schemas.ts'
import { appendEntries, type StoreContext } from './store.ts'

const JOB = { type: 'audit' } as const

interface Source {
  /** A context that writes for this tenant. */
  contextOf: (tenantId: string) => StoreContext
  log: Log
  metrics: Metrics
}

type Batch = Pick<MessageBatch, 'messages'>
type Delivery = { message: Message; body: AuditMessage }

export async function consumeAudit({ messages }: Batch, { contextOf, log }: Source): Promise<void> {
  const ours = messages.flatMap((message) => deliveryOf(message, log))
  const byTenant = Map.groupBy(ours, ({ body }) => body.entry.tenant)
  for (const [tenantId, deliveries] of byTenant) await append(contextOf(tenantId), deliveries)
}

/** What the queue gave up on: the log line is what is left, so it says everything. */
export async function consumeDeadAudit({ messages }: Batch, source: Source): Promise<void> {
  const { log, metrics } = source
  for (const message of messages) {
    metrics.inc('voiceassist_dead_letters_total', { queue: 'audit' })
    metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'dead' })
    log.error('an audit entry is dead', { audit: message.body })
    message.ack()
  }
}

function deliveryOf(message: Message, log: Log): Delivery[] {
  const { success, data, error } = AuditMessage.safeParse(message.body)
  if (success) return [{ message, body: data }]
  log.error('a message that is no audit entry was dropped', { message_id: message.id, error })
  message.ack()
  return []
}

/**
 * All of them or, where Postgres refuses one, each half by itself: so a bad entry fails alone. While
 * the database is down there is nothing to find out, and all come back later.
 */
async function append(ctx: StoreContext, deliveries: Delivery[]): Promise<void> {
  try {
    await appendEntries(
      ctx,
      deliveries.map(({ body }) => body),
    )
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'done' }, deliveries.length)
    for (const { message } of deliveries) message.ack()
  } catch (error) {
    if (deliveries.length > 1 && !(error instanceof ProblemError)) {
      const middle = deliveries.length >> 1
      await append(ctx, deliveries.slice(0, middle))
      await append(ctx, deliveries.slice(middle))
      return
    }
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'retried' }, deliveries.length)
    ctx.log.error('audit entries could not be appended', { count: deliveries.length, error })
    for (const { message } of deliveries) {
      message.retry({ delaySeconds: Math.min(2 ** message.attempts, 300) })
    }
  }
}
