/**
 * A model that reads query and passages together and says which fit best, by any API that speaks Cohere's
 * or Jina's protocol. https://docs.cohere.com/reference/rerank, https://api.jina.ai/redoc
 */
import { z } from 'zod'
import type { WithEnv } from '../../shared/context.ts'
import { assertOk } from '../../shared/retry.ts'
import { findSecret } from '../../shared/secret.ts'
import { tracedFetch } from '../../shared/traced-fetch.ts'
import { estimateTokens, meterCall, mostTokensOf, type UsageContext } from '../usage/service.ts'

interface RerankEnv {
  /** Empty: there is none. */
  readonly RERANK_URL: string
  readonly RERANK_MODEL: string
}

export type RerankContext = UsageContext & WithEnv<RerankEnv>

/** Its key; a server of one's own may need none. */
const KEY = 'RERANK_API_KEY'
/** Milliseconds a search waits for it: too few for a second try. */
const BUDGET_MS = 600

const Ranked = z.object({
  results: z.array(z.object({ index: z.int().min(0), relevance_score: z.number() })),
  /** Jina counts tokens; Cohere counts searches, which tell nothing of their size. */
  usage: z.object({ total_tokens: z.int().min(0).optional() }).optional(),
})

/** One place of the new order. */
interface Ranking {
  index: number
  score: number
}

export const hasRerank = ({ env }: RerankContext): boolean => env.RERANK_URL !== ''

/**
 * The `most` passages that fit the query best, best first; undefined when nobody says so in time.
 *
 * @param signal Stops it; it then throws an AbortError.
 */
export async function rankPassages(
  ctx: RerankContext,
  { query, passages, most }: { query: string; passages: readonly string[]; most: number },
  signal: AbortSignal,
): Promise<Ranking[] | undefined> {
  const model = ctx.env.RERANK_MODEL
  const provider = new URL(ctx.env.RERANK_URL).host
  const use = { model, kind: 'rerank', purpose: 'rerank', provider } as const
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(BUDGET_MS)])
  // The query is read anew with each passage.
  const texts = passages.map((passage) => `${query} ${passage}`)
  const guess = { input: texts.reduce((sum, text) => sum + estimateTokens(text), 0) }
  const bound = () => ({ input: mostTokensOf(texts.join('')) })
  try {
    return await meterCall(ctx, use, { bound, guess, signal: inTime }, async () => {
      const body = { model, query, documents: passages, top_n: most }
      const { results, usage } = await post(ctx, body, inTime)
      const tokens = usage?.total_tokens
      const ranked = results.flatMap(({ index, relevance_score: score }) =>
        index < passages.length ? [{ index, score }] : [],
      )
      return {
        result: ranked.toSorted((a, b) => b.score - a.score),
        units: tokens === undefined ? guess : { input: tokens },
        isEstimated: tokens === undefined,
      }
    })
  } catch (error) {
    signal.throwIfAborted()
    const reason = inTime.aborted ? 'late' : 'failed'
    ctx.log.warn('hits stay in their own order', { error, reason })
    ctx.metrics.inc('voiceassist_rag_fallback_total', { stage: 'rerank', reason })
    return undefined
  }
}

async function post(ctx: RerankContext, body: object, signal: AbortSignal) {
  const { env } = ctx
  const key = (await findSecret(env, KEY, ctx.now()))?.current
  const response = await tracedFetch(`${env.RERANK_URL.replace(/\/+$/, '')}/rerank`, {
    method: 'POST',
    headers: {
      ...(key && { authorization: `Bearer ${key}` }),
      'content-type': 'application/json',
      traceparent: ctx.traceparent,
    },
    body: JSON.stringify(body),
    signal,
  })
  return Ranked.parse(await assertOk('rerank', response).json())
}
