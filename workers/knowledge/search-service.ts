/** Searching without an answer: what is found, with every score that made it so. */
import { type CacheContext, createCache } from '../../shared/cache.ts'
import { sha256Hex } from '../../shared/digest.ts'
import { withSpan } from '../../shared/tracing.ts'
import { startClock } from './clock.ts'
import { jsonpathOf } from './filters.ts'
import {
  type Reached,
  type ReachContext,
  reachFor,
  recordReads,
  sensitiveIn,
} from './reach-service.ts'
import { candidatesFor, reorder } from './rerank-service.ts'
import { lookUp, type RetrievalContext } from './retrieve-service.ts'
import {
  KeptSearch,
  type SearchHit,
  type SearchQuery,
  type SearchResult,
} from './search-schemas.ts'
import type { Hit } from './search-store.ts'
import { type AskSettings, askSettings } from './settings-service.ts'

export type SearchContext = RetrievalContext & CacheContext & ReachContext

/** Ends by itself with a change of the knowledge bases, for their version is in its keys. */
const searches = createCache<KeptSearch>({
  namespace: 'search',
  freshMs: 60_000,
  staleMs: 0,
  ttlSeconds: 3600,
  maxEntries: 200,
  parse: (text) => KeptSearch.parse(JSON.parse(text)),
})

/**
 * The best chunks for a query, best first, however little they have to do with it.
 *
 * @param signal Stops the search; it then throws an AbortError.
 * @throws ProblemError dependency_down; invalid_fields for a knowledge base that is not there
 */
export async function searchBases(
  ctx: SearchContext,
  asked: SearchQuery,
  signal: AbortSignal,
): Promise<SearchResult> {
  const clock = startClock(ctx.now)
  const [reached, settings] = await Promise.all([
    clock.time('versionMs', reachFor(ctx, asked.kbs)),
    askSettings(ctx),
  ])
  const filter = asked.filters && jsonpathOf(asked.filters)
  const key = await keyOf(ctx, { ...asked, filter }, reached, settings)
  const kept = settings.isCached ? await clock.time('cacheMs', searches.look(ctx, key)) : undefined
  if (kept) {
    recordReads(ctx, kept.value.sensitive, 'search')
    const { hits, corrections } = kept.value
    return { hits, corrections, cache: kept.layer, timings: clock.timings() }
  }
  const { query, k } = asked
  const by = { text: query, filter, limit: candidatesFor(ctx, settings, k) }
  const found = await withSpan({ name: 'knowledge.retrieve' }, () =>
    lookUp(ctx, clock, by, reached, settings, signal),
  )
  const { corrections } = found
  const ordered = await reorder(ctx, clock, { query, hits: found.hits }, settings, signal)
  const shown = ordered.hits.slice(0, k)
  const hits = shown.map(toWire)
  const sensitive = sensitiveIn(shown)
  recordReads(ctx, sensitive, 'search')
  // Another order may be had a minute later.
  if (settings.isCached && ordered.isWhole) searches.put(ctx, key, { hits, corrections, sensitive })
  return { hits, corrections, cache: 'none', timings: clock.timings() }
}

/** A digest: no query may be readable in a cache's key. */
const keyOf = (
  { env }: SearchContext,
  { query, k, filter }: Omit<SearchQuery, 'filters'> & { filter: string | undefined },
  { version, reader }: Reached,
  { strategy, hasModels, isFed }: AskSettings,
) => {
  const { labels, seesPhi } = reader
  const model = hasModels ? env.EMBEDDING_MODEL : ''
  const search = [strategy, isFed, model, hasModels && env.RERANK_URL && env.RERANK_MODEL]
  return sha256Hex(JSON.stringify([query, k, filter, version, labels, seesPhi, search]))
}

/** Field by field: a hit knows more than its reader needs to. */
export function toWire(hit: Hit): SearchHit {
  const { documentId, kbId: kb, title, fileName, ordinal, context, text, page, start, end } = hit
  const { bm25, cosine, lexicalRank, vectorRank, score, rerankScore, coverage } = hit
  const { attributes } = hit
  const place = { documentId, kb, title, fileName, ordinal, context, text, page, start, end }
  const scores = { bm25, cosine, lexicalRank, vectorRank, score, rerankScore, coverage }
  return { ...place, ...scores, attributes }
}
