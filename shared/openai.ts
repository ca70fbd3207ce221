/**
 * Calls to an OpenAI-compatible API; only a feature's *-client.ts makes them. The `openai` package
 * would be the largest part of the edge, for its client holds every resource of that API and cannot
 * be had without them: of it we take the types and the decoder of streams.
 */
import type { WithEnv } from './context.ts'
import { ProblemError } from './errors.ts'
import type { LabelsOf } from './metrics-catalogue.ts'
import { ResponseError, type RetryEnv, withRetry } from './retry.ts'

export interface OpenAiEnv extends RetryEnv {
  readonly OPENAI_API_KEY: string
  readonly OPENAI_BASE_URL: string
}

/** What a call is for: the model that does it, and the purpose it is counted under. */
export type Use = LabelsOf<'voiceassist_openai_api_calls_total'>

/** The slowest answer we wait for, in milliseconds; streams count until their first byte. */
const TIMEOUT_MS = 30_000

/** How much of a refusal goes to the log. */
const MAX_WORDS = 300

interface Call<Result> {
  /** Below OPENAI_BASE_URL. */
  path: `/${string}`
  body: object | FormData
  /** @param request Aborting it ends a response that is still being read. */
  read: (response: Response, request: AbortController) => Result | Promise<Result>
  signal?: AbortSignal | undefined
}

/**
 * Calls the API with our retry policy, our trace and our errors.
 *
 * @throws ProblemError dependency_down when the provider stays unavailable, timed_out; the signal's
 *   reason once it is aborted
 */
export async function callOpenAi<Result>(
  ctx: WithEnv<OpenAiEnv>,
  use: Use,
  call: Call<Result>,
): Promise<Result> {
  const { signal } = call
  try {
    const result = await withRetry(ctx, 'openai', () => send(ctx, call), { signal })
    ctx.metrics.inc('voiceassist_openai_api_calls_total', use)
    return result
  } catch (error) {
    throw signal?.aborted ? error : unavailable(error)
  }
}

async function send<Result>(
  ctx: WithEnv<OpenAiEnv>,
  { path, body, read, signal }: Call<Result>,
): Promise<Result> {
  const request = new AbortController()
  const timeout = new DOMException('The model provider was too slow.', 'TimeoutError')
  const timer = setTimeout(() => request.abort(timeout), TIMEOUT_MS)
  try {
    const response = await fetch(`${ctx.env.OPENAI_BASE_URL.replace(/\/$/, '')}${path}`, {
      method: 'POST',
      headers: headersOf(ctx, body),
      body: body instanceof FormData ? body : JSON.stringify(body),
      signal: signal ? AbortSignal.any([request.signal, signal]) : request.signal,
    })
    if (response.ok) return await read(response, request)
    throw new ResponseError('openai', response, (await response.text()).slice(0, MAX_WORDS))
  } finally {
    clearTimeout(timer)
  }
}

function headersOf({ env, traceparent, requestId }: WithEnv<OpenAiEnv>, body: object) {
  return {
    authorization: `Bearer ${env.OPENAI_API_KEY}`,
    traceparent,
    'x-client-request-id': requestId,
    // A form names its own type, with the boundary in it.
    ...(!(body instanceof FormData) && { 'content-type': 'application/json' }),
  }
}

/** Tokens as the provider counted them. */
export function countTokens(
  { metrics }: WithEnv<OpenAiEnv>,
  model: string,
  { input, output }: { input: number; output: number },
): void {
  const name = 'voiceassist_openai_tokens_used_total'
  if (input > 0) metrics.inc(name, { model, token_type: 'input' }, input)
  if (output > 0) metrics.inc(name, { model, token_type: 'output' }, output)
}

/** The provider's own words stay in the log: they may repeat what was sent. */
function unavailable(cause: unknown): ProblemError {
  const detail = 'The model provider does not answer. Try again shortly.'
  return new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
}
