/**
 * Questions that are asked to measure: the search people get, with settings that are given instead of
 * read. They see what everybody in the tenant may see.
 */
import { newId } from '../../shared/ids.ts'
import { withBill } from '../usage/service.ts'
import { relevanceOf } from './abstain.ts'
import { startClock } from './clock.ts'
import { type ReachContext, reachFor } from './reach-service.ts'
import { findReach, type ReachContext as BaseContext } from './reach-store.ts'
import { retrieve, type RetrievalContext } from './retrieve-service.ts'
import type { Hit } from './search-store.ts'
import { type AskSettings, askSettings } from './settings-service.ts'
import { KB_ID } from './tables.ts'

export interface Trial extends Pick<AskSettings, 'strategy' | 'maxSources' | 'minRelevance'> {
  kbId: string
  question: string
  /** `words`: by BM25 alone. */
  arm: 'fused' | 'words'
}

/** Chunks looked at, so that ten documents are among them. */
const DEPTH = 50

/** What a trial's answer is made with: nothing of it is kept for anybody. */
export async function settingsOf(ctx: RetrievalContext, trial: Trial): Promise<AskSettings> {
  const { strategy, maxSources, minRelevance, arm } = trial
  const flags = await askSettings(ctx)
  const hasModels = flags.hasModels && arm === 'fused'
  return { ...flags, strategy, maxSources, minRelevance, hasModels, isCached: false }
}

export interface Tried {
  /** Chunks, best first, however little they have to do with the question. */
  hits: Hit[]
  /** Whether any of those that would be sources is relevant enough to be one. */
  isRelevant: boolean
  ms: number
  costMicroDollars: number
}

/** @throws ProblemError dependency_down; invalid_fields for a knowledge base that is not there */
export async function trySearch(
  asker: RetrievalContext & ReachContext,
  trial: Trial,
  signal: AbortSignal,
): Promise<Tried> {
  const ctx = withBill(asker, newId(asker.now()))
  const { question, kbId, maxSources, minRelevance } = trial
  const clock = startClock(ctx.now)
  const [reached, settings] = await Promise.all([reachFor(ctx, [kbId]), settingsOf(ctx, trial)])
  const all = { ...settings, maxSources: DEPTH, minRelevance: 0 }
  const hits = await retrieve(ctx, clock, { question, history: [] }, reached, all, signal)
  const isRelevant = hits.slice(0, maxSources).some((hit) => relevanceOf(hit) >= minRelevance)
  const { totalMs: ms = 0 } = clock.timings()
  return { hits, isRelevant, ms, costMicroDollars: ctx.bill.microDollars }
}

/** The version of a knowledge base; 0 while nothing was ever put in. */
export async function baseVersion(ctx: BaseContext, kbId: string): Promise<number> {
  const { bases } = await findReach(ctx, [kbId])
  return bases[0]?.version ?? 0
}

/** The default one is there for everybody, also before anything was put in. */
export async function hasBase(ctx: BaseContext, kbId: string): Promise<boolean> {
  return kbId === KB_ID || (await findReach(ctx, [kbId])).bases.length > 0
}
