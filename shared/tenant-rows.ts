/**
 * Queues whose messages become rows, each of its tenant: one statement per tenant and batch. What becomes of a
 * message is decided here alone: written, tried again, or dead. Rows carry their id, so one that comes twice is
 * written once.
 */
import type { ServiceContext } from './context.ts'
import { ProblemError } from './errors.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

type WriteContext = Pick<ServiceContext, 'log' | 'metrics'>

export interface Rows<Body, Ctx extends WriteContext> {
  /** The queue, and what it is counted as. */
  job: 'audit' | 'usage' | 'exposures'
  schema: {
    safeParse: (body: unknown) => { success: true; data: Body } | { success: false; error: Error }
  }
  tenantOf: (body: Body) => string
  write: (ctx: Ctx, bodies: Body[]) => Promise<unknown>
  /** What the log says of messages: of another form, not written this time, given up on. */
  says: { foreign: string; failed: string; dead: string }
}

export interface RowSource<Ctx> {
  /** A context that writes for this tenant. */
  contextOf: (tenantId: string) => Ctx
  log: Log
  metrics: Metrics
}

type Batch = Pick<MessageBatch, 'messages'>
interface Delivery<Body> {
  message: Message
  body: Body
}

export async function consumeRows<Body, Ctx extends WriteContext>(
  rows: Rows<Body, Ctx>,
  { messages }: Batch,
  { contextOf, log }: RowSource<Ctx>,
): Promise<void> {
  const ours = messages.flatMap((message) => deliveryOf(rows, message, log))
  const byTenant = Map.groupBy(ours, ({ body }) => rows.tenantOf(body))
  for (const [tenantId, all] of byTenant) await write(rows, contextOf(tenantId), all)
}

/** What the queue gave up on: the log line is what is left, so it says everything. */
export function consumeDeadRows<Body, Ctx extends WriteContext>(
  { job, says }: Rows<Body, Ctx>,
  { messages }: Batch,
  { log, metrics }: Pick<RowSource<Ctx>, 'log' | 'metrics'>,
): void {
  for (const message of messages) {
    metrics.inc('voiceassist_dead_letters_total', { queue: job })
    metrics.inc('voiceassist_jobs_total', { type: job, status: 'dead' })
    log.error(says.dead, { [job]: message.body })
    message.ack()
  }
}

function deliveryOf<Body, Ctx extends WriteContext>(
  { schema, says }: Rows<Body, Ctx>,
  message: Message,
  log: Log,
): Delivery<Body>[] {
  const parsed = schema.safeParse(message.body)
  if (parsed.success) return [{ message, body: parsed.data }]
  log.error(says.foreign, { message_id: message.id, error: parsed.error })
  message.ack()
  return []
}

/**
 * All of them or, where Postgres refuses one, each half by itself: so a bad row fails alone. While
 * the database is down there is nothing to find out, and all come back later.
 */
async function write<Body, Ctx extends WriteContext>(
  rows: Rows<Body, Ctx>,
  ctx: Ctx,
  deliveries: Delivery<Body>[],
): Promise<void> {
  const type = rows.job
  try {
    await rows.write(
      ctx,
      deliveries.map(({ body }) => body),
    )
    ctx.metrics.inc('voiceassist_jobs_total', { type, status: 'done' }, deliveries.length)
    for (const { message } of deliveries) message.ack()
  } catch (error) {
    if (deliveries.length > 1 && !(error instanceof ProblemError)) {
      const middle = deliveries.length >> 1
      await write(rows, ctx, deliveries.slice(0, middle))
      await write(rows, ctx, deliveries.slice(middle))
      return
    }
    ctx.metrics.inc('voiceassist_jobs_total', { type, status: 'retried' }, deliveries.length)
    ctx.log.error(rows.says.failed, { count: deliveries.length, error })
    for (const { message } of deliveries) {
      message.retry({ delaySeconds: Math.min(2 ** message.attempts, 300) })
    }
  }
}
