/** Web search by any API that speaks Tavily's. https://docs.tavily.com/documentation/api-reference */
import { z } from 'zod'
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { assertOk, ResponseError, type RetryEnv, withRetry } from '../../shared/retry.ts'
import { findSecret, secret } from '../../shared/secret.ts'
import { tracedFetch } from '../../shared/traced-fetch.ts'

export interface SearchEnv extends RetryEnv {
  readonly TAVILY_URL: string
}

export interface WebHit {
  title: string
  url: string
  content: string
}

const TIMEOUT_MS = 8000

/** The secret that may be missing: then there is no web search. */
const KEY = 'TAVILY_API_KEY'

export const canSearchWeb = async ({ env, now }: WithEnv<SearchEnv>): Promise<boolean> =>
  (await findSecret(env, KEY, now())) !== undefined

const Found = z.object({
  results: z.array(z.object({ title: z.string(), url: z.string(), content: z.string() })),
})

/**
 * Best first.
 *
 * @throws ProblemError dependency_down when the provider does not answer, or not as documented;
 *   misconfigured without a key
 */
export async function searchWeb(
  ctx: WithEnv<SearchEnv>,
  { query, limit }: { query: string; limit: number },
  signal: AbortSignal,
): Promise<WebHit[]> {
  const { current: key } = await secret(ctx.env, KEY, ctx.now())
  const call = async () => {
    const response = await tracedFetch(`${ctx.env.TAVILY_URL}/search`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        traceparent: ctx.traceparent,
      },
      body: JSON.stringify({ query, max_results: limit }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    return Found.parse(await assertOk('tavily', response).json())
  }
  try {
    return (await withRetry(ctx, 'tavily', call, { signal })).results
  } catch (error) {
    if (signal.aborted) throw error
    const isOurs = error instanceof ResponseError && [401, 403].includes(error.failure.status)
    if (isOurs) ctx.log.error('the search provider refuses our key', { error })
    const detail = 'The web search does not answer. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause: error, retryAfterSeconds: 5 })
  }
}
