/**
 * The mail queue. It alone decides what becomes of a message: acknowledged, tried again, or dead.
 * What mails hold is secret (links), so logs name their id and template only.
 */
import type { WithEnv } from '../../shared/context.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { ResponseError } from '../../shared/retry.ts'
import { type MailEnv, postMail } from './mail-client.ts'
import { renderMail } from './mail.ts'
import { MailMessage } from './schemas.ts'

const JOB = { type: 'mail' } as const

interface Source {
  /** The context of a message's own request and trace. */
  contextOf: (message: MailMessage) => WithEnv<MailEnv>
  /** Runs what a message asks for in a span of its own. */
  follow: (message: MailMessage, work: () => Promise<void>) => Promise<void>
  log: Log
  metrics: Metrics
}

type Batch = Pick<MessageBatch, 'messages'>

/** Seconds until the next try: a minute, two, four … an hour at most. */
const delayOf = (attempts: number) => Math.min(30 * 2 ** attempts, 3600)

export async function consumeMail({ messages }: Batch, source: Source): Promise<void> {
  await Promise.all(messages.map((message) => deliver(message, source)))
}

async function deliver(message: Message, { contextOf, follow, log }: Source): Promise<void> {
  const { success, data: mail } = MailMessage.safeParse(message.body)
  if (!success) {
    log.error('a message that is not ours was dropped', { message_id: message.id })
    return message.ack()
  }
  await follow(mail, () => send(message, mail, contextOf(mail)))
}

async function send(message: Message, mail: MailMessage, ctx: WithEnv<MailEnv>): Promise<void> {
  const fields = { mail_id: mail.id, template: mail.template }
  if (!ctx.env.MAIL_URL) {
    ctx.log.warn('a mail was not sent: MAIL_URL is empty', fields)
    return message.ack()
  }
  try {
    const began = ctx.now().getTime()
    await postMail(ctx, mail, renderMail(mail))
    const seconds = (ctx.now().getTime() - began) / 1000
    ctx.metrics.observe('voiceassist_job_duration_seconds', JOB, seconds)
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'done' })
    ctx.log.info('mail delivered', fields)
    message.ack()
  } catch (error) {
    if (isRefusal(error)) {
      ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'dead' })
      ctx.log.error('a mail is dead: the endpoint refuses it', { ...fields, error })
      return message.ack()
    }
    ctx.metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'retried' })
    ctx.log.warn('a mail is tried again', { ...fields, attempt: message.attempts, error })
    message.retry({ delaySeconds: delayOf(message.attempts) })
  }
}

/** Trying again would not help: the address or the mail is not accepted. A token can be mended. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ResponseError)) return false
  return [400, 404, 413, 422].includes(error.failure.status)
}

/** What the queue gave up on. Nobody can do anything about a mail but the person who misses it. */
export async function consumeDeadMail({ messages }: Batch, source: Source): Promise<void> {
  const { log, metrics } = source
  for (const message of messages) {
    metrics.inc('voiceassist_dead_letters_total', { queue: 'mail' })
    metrics.inc('voiceassist_jobs_total', { ...JOB, status: 'dead' })
    const { data: mail } = MailMessage.safeParse(message.body)
    log.error('a mail is dead', { mail_id: mail?.id, template: mail?.template })
    message.ack()
  }
}
