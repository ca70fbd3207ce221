/** The second look at what was found: a model that reads query and passage together orders the best anew. */
import type { Clock } from './clock.ts'
import { hasRerank, rankPassages, type RerankContext } from './rerank-client.ts'
import type { Hit } from './search-store.ts'
import type { AskSettings } from './settings-service.ts'

/** Hits that are looked at, and those that come out on top. */
const CANDIDATES = 30
const BEST = 8

type Reranking = Pick<AskSettings, 'hasModels'>

/** Whether hits are looked at again; no model is asked when none may be. */
const isReranked = (ctx: RerankContext, { hasModels }: Reranking): boolean =>
  hasModels && hasRerank(ctx)

/** How many hits to search for, so that `limit` are left. */
export const candidatesFor = (ctx: RerankContext, settings: Reranking, limit: number): number =>
  isReranked(ctx, settings) ? Math.max(limit, CANDIDATES) : limit

interface Reordered {
  hits: Hit[]
  /** False when it was tried, and nobody said in time which fit best. */
  isWhole: boolean
}

/** The eight that fit best first, with their scores; the others follow in their own order. */
export async function reorder(
  ctx: RerankContext,
  clock: Clock,
  { query, hits }: { query: string; hits: readonly Hit[] },
  settings: Reranking,
  signal: AbortSignal,
): Promise<Reordered> {
  const own = { hits: [...hits], isWhole: true }
  if (!isReranked(ctx, settings) || hits.length < 2) return own
  const passages = hits.slice(0, CANDIDATES).map(textOf)
  const ranking = rankPassages(ctx, { query, passages, most: BEST }, signal)
  const ranked = await clock.time('rerankMs', ranking)
  if (!ranked) return { ...own, isWhole: false }
  const scores = new Map(ranked.slice(0, BEST).map(({ index, score }) => [index, score]))
  const best = Array.from(scores, ([index, rerankScore]) => {
    const hit = hits[index]
    return hit ? [{ ...hit, rerankScore }] : []
  })
  return { hits: [...best.flat(), ...hits.filter((_, index) => !scores.has(index))], isWhole: true }
}

const textOf = ({ title, context, text }: Hit) => [title, context, text].filter(Boolean).join('\n')
