/** The OpenAI client, one per isolate. Only a feature's *-client.ts may ask for it. */
import OpenAI, { APIConnectionError, APIError } from 'openai'
import type { WithEnv } from './context.ts'
import { ProblemError } from './errors.ts'
import type { LabelsOf } from './metrics-catalogue.ts'
import { type RetryEnv, withRetry } from './retry.ts'
import { tracedFetch } from './traced-fetch.ts'

export interface OpenAiEnv extends RetryEnv {
  readonly OPENAI_API_KEY: string
  readonly OPENAI_BASE_URL: string
}

const clients = new WeakMap<OpenAiEnv, Map<string, OpenAI>>()

/** Another provider with the same API. */
export interface Elsewhere {
  readonly url: string
  readonly key: string
}

/** What a call is for: the model that does it, and the purpose it is counted under. */
export type Use = LabelsOf<'voiceassist_openai_api_calls_total'> & {
  /** The provider, when it is not the one of OPENAI_BASE_URL. */
  elsewhere?: Elsewhere | undefined
}

/** The slowest answer we wait for, in milliseconds; streams count until their first byte. */
const TIMEOUT_MS = 30_000

/**
 * Calls the API with our retry policy, our trace and our errors.
 *
 * @param call Nothing but a call of the client it gets, with the request options it gets.
 * @throws ProblemError dependency_down when the provider stays unavailable, timed_out
 */
export async function callOpenAi<Result>(
  ctx: WithEnv<OpenAiEnv>,
  use: Use,
  signal: AbortSignal | undefined,
  call: (client: OpenAI, options: OpenAI.RequestOptions) => Promise<Result>,
): Promise<Result> {
  const headers = { traceparent: ctx.traceparent, 'x-client-request-id': ctx.requestId }
  const options = { headers, ...(signal && { signal }) }
  const client = openAiOf(ctx.env, use.elsewhere)
  try {
    const result = await withRetry(ctx, 'openai', () => call(client, options), {
      failureOf: toFailure,
      signal,
    })
    const { model, purpose } = use
    ctx.metrics.inc('voiceassist_openai_api_calls_total', { model, purpose })
    return result
  } catch (error) {
    throw signal?.aborted ? error : unavailable(error)
  }
}

/** Retries are ours (shared/retry.ts): one policy for every provider. */
function openAiOf(env: OpenAiEnv, elsewhere: Elsewhere | undefined): OpenAI {
  const baseURL = elsewhere?.url ?? env.OPENAI_BASE_URL
  const apiKey = elsewhere?.key ?? env.OPENAI_API_KEY
  const ofEnv = clients.get(env) ?? new Map<string, OpenAI>()
  clients.set(env, ofEnv)
  const options = { apiKey, baseURL, timeout: TIMEOUT_MS, maxRetries: 0, fetch: tracedFetch }
  // A key that was rotated makes a new client; so few of them are ever there that none is dropped.
  const place = `${baseURL} ${apiKey}`
  const client = ofEnv.get(place) ?? new OpenAI(options)
  ofEnv.set(place, client)
  return client
}

/** Whether a call failed because the provider does not take our key: then no retry helps. */
export function isKeyRefused(error: unknown): boolean {
  const cause = error instanceof ProblemError ? error.cause : error
  return cause instanceof APIError && (cause.status === 401 || cause.status === 403)
}

function toFailure(error: unknown) {
  // An answer that breaks off in the middle is an error of the runtime's, not of the client's.
  const isAnswer = error instanceof APIError && !(error instanceof APIConnectionError)
  if (!isAnswer) return { status: 0, retryAfter: null }
  return { status: error.status ?? 0, retryAfter: error.headers?.get('retry-after') ?? null }
}

/** The provider's own words stay in the log: they may repeat what was sent. */
function unavailable(cause: unknown): ProblemError {
  const detail = 'The model provider does not answer. Try again shortly.'
  return new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
}
