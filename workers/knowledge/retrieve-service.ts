/** From a question to the chunks that may answer it. What is made of them is service.ts. */
import type { WithEnv } from '../../shared/context.ts'
import type { DatabaseEnv } from '../../shared/database.ts'
import { type FlagReadContext } from '../flags/client-service.ts'
import { relevanceOf } from './abstain.ts'
import type { ChatContext } from './chat-client.ts'
import type { Clock } from './clock.ts'
import { type EmbeddingContext, embedTexts } from './embedding-client.ts'
import { joinHops, joinWordings } from './hops.ts'
import { fusionOf, profileOf } from './profiles.ts'
import { isLeaning, searchTextOf } from './prompt.ts'
import type { Reached } from './reach-service.ts'
import type { RerankContext } from './rerank-client.ts'
import { candidatesFor, reorder } from './rerank-service.ts'
import { rewriteQuestion } from './rewrite-client.ts'
import type { Turn } from './schemas.ts'
import { type FoundChunks, type Hit, type Search, searchChunks } from './search-store.ts'
import { NEIGHBOURS, widen, type Widened } from './section.ts'
import type { AskSettings } from './settings-service.ts'

export type RetrievalContext = EmbeddingContext &
  ChatContext &
  RerankContext &
  WithEnv<DatabaseEnv> &
  FlagReadContext

export interface Sought {
  question: string
  /** Earlier turns, oldest first. */
  history: readonly Turn[]
  /** A jsonpath over the attributes of documents. */
  filter?: string | undefined
}

/** A hit with what stands around it. */
export type WideHit = Widened<Hit>

/**
 * The chunks that may be sources, best first, each widened to its section; none when nothing is relevant
 * enough. A question that leans on the conversation is searched for in the asker's own words and, when a
 * model says in time what it is about, in those too.
 */
export async function retrieve(
  ctx: RetrievalContext,
  clock: Clock,
  { question, history, filter }: Sought,
  reached: Reached,
  settings: AskSettings,
  signal: AbortSignal,
): Promise<WideHit[]> {
  const { strategy, maxSources, minRelevance } = settings
  const most = candidatesFor(ctx, settings, maxSources)
  const search = async (text: string) => {
    const by = { text, filter, limit: most, neighbours: NEIGHBOURS }
    const { hits } = await lookUp(ctx, clock, by, reached, settings, signal)
    return hits.filter((hit) => relevanceOf(hit) >= minRelevance)
  }
  let rewritten: string | undefined
  const inOtherWords = async () => {
    if (!settings.isRewritten || !settings.hasModels || !isLeaning(question, history)) return []
    const rewriting = rewriteQuestion(ctx, question, history, signal)
    rewritten = await clock.time('rewriteMs', rewriting)
    return rewritten === undefined ? [] : search(rewritten)
  }
  const own = searchTextOf(question, history)
  const wordings = await Promise.all([inOtherWords(), search(own)])
  const found = { query: rewritten ?? own, hits: joinWordings(wordings, most) }
  const { hits } = await reorder(ctx, clock, found, settings, signal)
  const [best] = hits
  if (strategy !== 'multi_hop' || !best) return widen(hits.slice(0, maxSources))
  const more = await search(`${best.title}\n${best.text}`)
  return widen(joinHops(hits.slice(0, maxSources), more, maxSources))
}

/** What one search is for; the rest is in `Search` of search-store.ts. */
export interface LookUp extends Pick<Search, 'filter' | 'limit' | 'depth' | 'only' | 'neighbours'> {
  text: string
}

/**
 * One search, whatever is found; each embedding model that is needed is asked once. By words alone when
 * none may be asked.
 */
export async function lookUp(
  ctx: RetrievalContext,
  clock: Clock,
  { text, ...rest }: LookUp,
  { bases, reader, indexed }: Reached,
  { strategy, hasModels, isFed }: AskSettings,
  signal: AbortSignal,
): Promise<FoundChunks> {
  if (bases.length === 0) return { hits: [], corrections: [] }
  const models = Map.groupBy(bases, ({ model }) => model ?? ctx.env.EMBEDDING_MODEL)
  const embed = async (model: string) => {
    if (!hasModels) return null
    const { vectors } = await embedTexts(ctx, 'embed_query', [text], { model, signal })
    return vectors[0] ?? null
  }
  const embedded = Promise.all(
    Array.from(models, async ([model, of]) => {
      const kbIds = of.map(({ id }) => id)
      const { dimensions, isSparse } = profileOf(model)
      // An index is no help where few of its chunks are wanted.
      const isIndexed = !isSparse && indexed.includes(dimensions)
      const isApproximate = !rest.filter && !rest.only && isIndexed
      return { kbIds, embedding: await embed(model), isApproximate }
    }),
  )
  const arms = await clock.time('embedMs', embedded)
  const fusion = fusionOf([...models.keys()], strategy === 'hybrid')
  const by = { ...rest, isFed, arms, reader, question: text, fusion }
  return clock.time('searchMs', searchChunks(ctx, by))
}
