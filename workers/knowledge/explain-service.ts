/** Why a document, or one of its chunks, is not among what a query finds. */
import { startClock } from './clock.ts'
import type { Explained, ExplainQuery } from './explain-schemas.ts'
import { findPlace, type Place } from './explain-store.ts'
import { type Reached, reachFor } from './reach-service.ts'
import { reorder } from './rerank-service.ts'
import { lookUp } from './retrieve-service.ts'
import { type SearchContext, toWire } from './search-service.ts'
import { ARM, type Hit } from './search-store.ts'
import { askSettings } from './settings-service.ts'

/** More chunks than any tenant has: every chunk gets a rank. */
const ALL = 10_000_000

/**
 * Searches as `searchBases` does, and once more without the limits that kept it out. A second search of
 * the strategy `multi_hop` is not looked at.
 *
 * @throws ProblemError dependency_down; invalid_fields for a knowledge base that is not there
 */
export async function explainAbsence(
  ctx: SearchContext,
  asked: ExplainQuery,
  signal: AbortSignal,
): Promise<Explained> {
  const reached = await reachFor(ctx, asked.kbs)
  const place = await findPlace(ctx, asked.documentId, reached.reader)
  const away = reasonAway(place, reached, asked)
  const facts = { k: asked.k, arm: ARM, duplicateOf: place?.duplicateOf ?? null }
  if (away) return { ...facts, reason: away, rank: null, chunk: null, corrections: [] }
  const { candidates, own, corrections } = await searchTwice(ctx, asked, reached, signal)
  const isIt = ({ documentId, ordinal }: Hit) =>
    documentId === asked.documentId && ordinal === (asked.ordinal ?? ordinal)
  const at = candidates.findIndex(isIt)
  const best = candidates[at]
  const chunk = own.find((hit) => isIt(hit) && hit.ordinal === (best?.ordinal ?? hit.ordinal))
  const reason = at < 0 ? 'arms' : at < asked.k ? 'found' : 'below'
  const rank = at < 0 ? null : at + 1
  const rerankScore = best?.rerankScore ?? null
  const shown = chunk ? toWire({ ...chunk, rerankScore }) : null
  return { ...facts, reason, rank, chunk: shown, corrections }
}

/** What keeps it out before any search. */
function reasonAway(
  place: Place | undefined,
  { bases }: Reached,
  { kbs, ordinal = 0 }: ExplainQuery,
): Explained['reason'] | undefined {
  if (!place) return 'missing'
  if (kbs && !kbs.includes(place.kbId)) return 'base'
  if (place.duplicateOf !== null) return 'duplicate'
  if (!place.isReady || !bases.some(({ id }) => id === place.kbId)) return 'notReady'
  return ordinal >= place.chunks ? 'noChunk' : undefined
}

async function searchTwice(
  ctx: SearchContext,
  { query, documentId }: ExplainQuery,
  reached: Reached,
  signal: AbortSignal,
) {
  const settings = await askSettings(ctx)
  const clock = startClock(ctx.now)
  const by = { text: query, filter: undefined }
  // All that the two arms have together.
  const near = { ...by, limit: 2 * ARM }
  const far = { ...by, limit: ALL, depth: ALL, only: documentId }
  const [{ hits, corrections }, { hits: own }] = await Promise.all([
    lookUp(ctx, clock, near, reached, settings, signal),
    lookUp(ctx, clock, far, reached, settings, signal),
  ])
  const ordered = await reorder(ctx, clock, { query, hits }, settings, signal)
  return { candidates: ordered.hits, own, corrections }
}
