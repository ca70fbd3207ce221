/**
 * The usage queue: one statement per tenant and batch. It alone decides what becomes of a message:
 * written, tried again, or dead. Calls carry their id, so one that comes twice is charged once.
 */
import { ProblemError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { UsageMessage } from './schemas.ts'
import { insertCalls, type StoreContext } from './store.ts'

const JOB = { type: 'usage' } as const

interface Source {
  /** A context that writes for this tenant. */
  contextOf: (tenantId: string) => StoreContext
  log: Log
  metrics: Metrics
}

type Batch = Pick<MessageBatch, 'messages'>
type Delivery = { message: Message; body: UsageMessage }

export async function consumeUsage({ messages }: Batch, { contextOf, log }: Source): Promise<void> {
  const ours = messages.flatMap((message) => deliveryOf(message, log))
  const byTenant = Map.groupBy(ours, ({ body }) => body.tenantId)
  for (const [tenantId, deliveries] of byTenant) await write(contextOf(tenantId), deliveries)
}

/** What the queue gave up on: the log line is what is left, so it says everything. */
export async function consumeDeadUsage({ messages }: Batch, source: Source): Promise<void> {
  const { log, metrics } = source
  for (const message of messages) {
    metrics.inc('voiceassist_dead_letters_total', { queue: 'usage' })
    metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'dead' })
    log.error('a row of the usage ledger is dead', { usage: message.body })
    message.ack()
  }
}

function deliveryOf(message: Message, log: Log): Delivery[] {
  const { success, data, error } = UsageMessage.safeParse(message.body)
  if (success) return [{ message, body: data }]
  log.error('a message that is no usage was dropped', { message_id: message.id, error })
  message.ack()
  return []
}

/**
 * All of them or, where Postgres refuses one, each half by itself: so a bad row fails alone. While
 * the database is down there is nothing to find out, and all come back later.
 */
async function write(ctx: StoreContext, deliveries: Delivery[]): Promise<void> {
  try {
    await insertCalls(
      ctx,
      deliveries.map(({ body }) => body),
    )
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'done' }, deliveries.length)
    for (const { message } of deliveries) message.ack()
  } catch (error) {
    if (deliveries.length > 1 && !(error instanceof ProblemError)) {
      const middle = deliveries.length >> 1
      await write(ctx, deliveries.slice(0, middle))
      await write(ctx, deliveries.slice(middle))
      return
    }
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'retried' }, deliveries.length)
    ctx.log.error('usage could not be written down', { count: deliveries.length, error })
    for (const { message } of deliveries) {
      message.retry({ delaySeconds: Math.min(2 ** message.attempts, 300) })
    }
  }
}
