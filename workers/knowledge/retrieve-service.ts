/** From a question to the chunks that may answer it. What is made of them is service.ts. */
import type { WithEnv } from '../../shared/context.ts'
import type { DatabaseEnv } from '../../shared/database.ts'
import { type FlagReadContext } from '../flags/client-service.ts'
import { relevanceOf } from './abstain.ts'
import type { Clock } from './clock.ts'
import { type EmbeddingContext, embedTexts } from './embedding-client.ts'
import { joinHops } from './hops.ts'
import { fusionOf } from './profiles.ts'
import { searchTextOf } from './prompt.ts'
import type { Reached } from './reach-service.ts'
import type { Turn } from './schemas.ts'
import { type Hit, type Search, searchChunks } from './search-store.ts'
import type { AskSettings } from './settings-service.ts'

export type RetrievalContext = EmbeddingContext & WithEnv<DatabaseEnv> & FlagReadContext

export interface Sought {
  question: string
  /** Earlier turns, oldest first. */
  history: readonly Turn[]
  /** A jsonpath over the attributes of documents. */
  filter?: string | undefined
}

/** The chunks that may be sources, best first; none when nothing is relevant enough. */
export async function retrieve(
  ctx: RetrievalContext,
  clock: Clock,
  { question, history, filter }: Sought,
  reached: Reached,
  settings: AskSettings,
  signal: AbortSignal,
): Promise<Hit[]> {
  const { strategy, maxSources, minRelevance } = settings
  const search = async (text: string) => {
    const by = { text, filter, limit: maxSources }
    const hits = await lookUp(ctx, clock, by, reached, settings, signal)
    return hits.filter((hit) => relevanceOf(hit) >= minRelevance)
  }
  const hits = await search(searchTextOf(question, history))
  const [best] = hits
  if (strategy !== 'multi_hop' || !best) return hits
  const more = await search(`${best.title}\n${best.text}`)
  return joinHops(hits, more, maxSources)
}

/** What one search is for; the rest is in `Search` of search-store.ts. */
export interface LookUp extends Pick<Search, 'filter' | 'limit' | 'depth' | 'only'> {
  text: string
}

/** One search, whatever is found. By words alone when no model may be asked for the vector. */
export async function lookUp(
  ctx: RetrievalContext,
  clock: Clock,
  { text, ...rest }: LookUp,
  { kbIds, reader }: Reached,
  { strategy, hasModels }: AskSettings,
  signal: AbortSignal,
): Promise<Hit[]> {
  if (kbIds.length === 0) return []
  const embedded = hasModels ? embedTexts(ctx, 'embed_query', [text], signal) : NO_VECTORS
  const { vectors } = await clock.time('embedMs', embedded)
  const [embedding = null] = vectors
  const fusion = fusionOf(ctx.env.EMBEDDING_MODEL, strategy === 'hybrid')
  const by = { ...rest, kbIds, reader, question: text, embedding, fusion }
  return clock.time('searchMs', searchChunks(ctx, by))
}

const NO_VECTORS = Promise.resolve({ vectors: [] as number[][] })
