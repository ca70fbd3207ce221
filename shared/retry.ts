/**
 * Calls to providers that may fail for a moment: four tries, exponential backoff with jitter, and
 * only where trying again can help (no answer, a timeout, 429 or a 5xx).
 */
import type { WithEnv } from './context.ts'
import type { LabelsOf } from './metrics-catalogue.ts'

export interface RetryEnv {
  readonly RETRY_MAX_ATTEMPTS: string
  /** Seconds. */
  readonly RETRY_BACKOFF_INITIAL: string
  /** Seconds. */
  readonly RETRY_BACKOFF_MAX: string
}

/** What went wrong with a call; status 0 when there was no answer at all. */
export interface Failure {
  status: number
  /** The Retry-After header, in seconds or as an HTTP date (RFC 9110, section 10.2.3). */
  retryAfter: string | null
}

interface Options {
  /** Reads a thrown value; undefined means it is no provider failure and is not tried again. */
  failureOf?: (error: unknown) => Failure | undefined
  signal?: AbortSignal | undefined
  /** Ends early when the signal aborts. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  random?: () => number
}

type Labels = LabelsOf<'voiceassist_retries_total'>
type Service = Labels['service']

/** A provider's refusal as an error `withRetry` understands. */
export class ResponseError extends Error {
  readonly failure: Failure

  constructor(service: string, response: Response) {
    super(`${service} answered ${response.status}`)
    this.name = 'ResponseError'
    this.failure = { status: response.status, retryAfter: response.headers.get('retry-after') }
  }
}

/** @throws ResponseError unless the response is a success */
export function assertOk(service: string, response: Response): Response {
  if (response.ok) return response
  throw new ResponseError(service, response)
}

/**
 * Runs `call` until it succeeds, cannot succeed, or the tries are used up; then its last error is
 * thrown. Every retry is logged with its reason.
 */
export async function withRetry<Result>(
  ctx: WithEnv<RetryEnv>,
  service: Service,
  call: () => Promise<Result>,
  options: Options = {},
): Promise<Result> {
  const { failureOf, signal, sleep, random } = { ...DEFAULTS, ...options }
  const attempts = Number(ctx.env.RETRY_MAX_ATTEMPTS)
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const failure = failureOf(error)
      const last = attempt >= attempts || signal?.aborted
      if (last || !failure || !isTransient(failure)) throw error
      const delayMs = delayOf(ctx, failure, attempt, random())
      const reason = failure.status === 0 ? 'no answer' : `status ${failure.status}`
      ctx.log.warn('provider call is tried again', { service, attempt, reason, delayMs })
      ctx.metrics.inc('voiceassist_retries_total', { service, reason: reasonOf(failure) })
      await sleep(delayMs, signal)
      if (signal?.aborted) throw error
    }
  }
}

function reasonOf({ status }: Failure): Labels['reason'] {
  if (status === 0) return 'no_answer'
  return status === 429 ? 'rate_limited' : 'server_error'
}

const isTransient = ({ status }: Failure) => status === 0 || status === 429 || status >= 500

/**
 * Full jitter in the upper half of the exponential step, so that callers spread out but nobody
 * comes back at once; never sooner than the provider asked, never later than the cap allows.
 */
function delayOf(
  { env, now }: WithEnv<RetryEnv>,
  { retryAfter }: Failure,
  attempt: number,
  random: number,
): number {
  const capMs = Number(env.RETRY_BACKOFF_MAX) * 1000
  const stepMs = Number(env.RETRY_BACKOFF_INITIAL) * 1000 * 2 ** (attempt - 1)
  const backoffMs = Math.min(stepMs, capMs) * (0.5 + random / 2)
  return Math.min(Math.max(backoffMs, retryAfterMs(retryAfter, now())), capMs)
}

function retryAfterMs(header: string | null, now: Date): number {
  if (!header) return 0
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime())
}

/** `fetch` throws TypeError when there is no answer, and TimeoutError from AbortSignal.timeout. */
function defaultFailureOf(error: unknown): Failure | undefined {
  if (error instanceof ResponseError) return error.failure
  const name = error instanceof Error ? error.name : ''
  return name === 'TypeError' || name === 'TimeoutError'
    ? { status: 0, retryAfter: null }
    : undefined
}

const DEFAULTS = { failureOf: defaultFailureOf, sleep: wait, random: Math.random }

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
