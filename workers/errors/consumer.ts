/** The queue of error reports. Its own failures are written down and reported to nobody. */
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { ErrorMessage } from './schemas.ts'
import { type SentryEnv, sendReport } from './sentry-client.ts'

interface Source {
  env: SentryEnv
  /** One that reports nothing, or a failure here would make another. */
  log: Log
  metrics: Metrics
}

type Batch = Pick<MessageBatch, 'messages'>

export async function consumeErrors({ messages }: Batch, source: Source): Promise<void> {
  await Promise.all(messages.map((message) => deliver(message, source)))
}

async function deliver(message: Message, { env, log, metrics }: Source): Promise<void> {
  const { success, data } = ErrorMessage.safeParse(message.body)
  if (!success) {
    log.error('a message that is not ours was dropped', { message_id: message.id })
    return message.ack()
  }
  const delivery = await sendReport(env, data)
  if (delivery === 'away') {
    metrics.inc('voiceassist_error_reports_total', { result: 'retried' })
    log.warn('an error report is tried again', { event_id: data.id, attempt: message.attempts })
    return message.retry({ delaySeconds: 30 * 2 ** message.attempts })
  }
  if (delivery === 'refused') log.error('an error report was refused', { event_id: data.id })
  const result = delivery === 'off' ? 'dropped' : delivery
  metrics.inc('voiceassist_error_reports_total', { result })
  message.ack()
}
