/**
 * Cloudflare Turnstile: whether a browser solved its challenge.
 * https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
 */
import { z } from 'zod'
import type { Log } from '../../shared/log.ts'
import { findSecret } from '../../shared/secret.ts'
import { tracedFetch } from '../../shared/traced-fetch.ts'

export interface TurnstileEnv {
  readonly TURNSTILE_URL: string
}

const Verdict = z.object({ success: z.boolean() })

const TIMEOUT_MS = 2000

/** Whether this deployment has Turnstile; without it nothing but waiting helps. */
export const hasChallenge = async (env: TurnstileEnv): Promise<boolean> =>
  (await findSecret(env, 'TURNSTILE_SECRET')) !== undefined

/** Whether `token` is a fresh solution. While Turnstile does not answer, none is. */
export async function isSolved(
  { env, log }: { env: TurnstileEnv; log: Log },
  token: string,
  address: string | undefined,
): Promise<boolean> {
  const secret = await findSecret(env, 'TURNSTILE_SECRET')
  if (!secret) return false
  const remote = address && !address.endsWith('/64') ? { remoteip: address } : {}
  const body = new URLSearchParams({ secret: secret.current, response: token, ...remote })
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const answer = await tracedFetch(env.TURNSTILE_URL, { method: 'POST', body, signal })
    return Verdict.parse(await answer.json()).success
  } catch (error) {
    log.warn('Turnstile does not answer', { error })
    return false
  }
}
