/**
 * The mail endpoint: a POST of JSON `{from, to, subject, text, html}` with a bearer token, and the
 * message's id as Idempotency-Key (the IETF draft of that name), for a queue may deliver twice.
 */
import type { WithEnv } from '../../shared/context.ts'
import { assertOk } from '../../shared/retry.ts'
import { tracedFetch } from '../../shared/traced-fetch.ts'
import type { Mail } from './mail.ts'

export interface MailEnv {
  /** Empty, and no mail is sent. */
  readonly MAIL_URL: string
  readonly MAIL_TOKEN: string
  readonly MAIL_FROM: string
}

interface Envelope {
  id: string
  to: string
}

/** Milliseconds the endpoint may take; the queue tries again. */
const TIMEOUT_MS = 10_000

/** @throws ResponseError when the endpoint refuses the mail; TypeError when it cannot be reached */
export async function postMail(
  { env, traceparent }: WithEnv<MailEnv>,
  { id, to }: Envelope,
  mail: Mail,
): Promise<void> {
  const response = await tracedFetch(env.MAIL_URL, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${env.MAIL_TOKEN}`,
      'content-type': 'application/json',
      'idempotency-key': id,
      traceparent,
    },
    body: JSON.stringify({ from: env.MAIL_FROM, to, ...mail }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  assertOk('mail', response)
  await response.body?.cancel()
}
