/** How questions are answered: what the platform's own flags say, and what holds without them. */
import { type FlagReadContext, flagsOf } from '../flags/client-service.ts'
import { MIN_RELEVANCE } from './abstain.ts'

/**
 * `simple`: one search, its arms joined as the embedding model needs it. `hybrid`: both arms alike,
 * whatever the model. `multi_hop`: a second search with what the first one found.
 */
export type Strategy = 'simple' | 'hybrid' | 'multi_hop'

export interface AskSettings {
  strategy: Strategy
  /** Chunks the model is shown at most. */
  maxSources: number
  /** Chunks below it are no sources; 0 to 1. */
  minRelevance: number
  /** Whether answers are kept for the next asker. */
  isCached: boolean
  /** Whether language models may be asked. */
  hasModels: boolean
  /** Whether a model makes a question stand alone that leans on the conversation. */
  isRewritten: boolean
  /** Whether the words of the first hits are searched for too. */
  isFed: boolean
  /** Whether the log says how each answer came about. */
  isLogged: boolean
}

/** Sources that a prompt has room for. */
const MOST_SOURCES = 50

/** @param sources Chunks the asker wants shown at most, where they say so */
export async function askSettings(ctx: FlagReadContext, sources?: number): Promise<AskSettings> {
  const flags = await flagsOf(ctx)
  const strategy = flags.getStringValue('rag_strategy', 'simple')
  const most = sources ?? flags.getNumberValue('rag_max_results', 5)
  const minRelevance = flags.getNumberValue('rag_score_threshold', MIN_RELEVANCE)
  return {
    strategy: strategy === 'hybrid' || strategy === 'multi_hop' ? strategy : 'simple',
    maxSources: Math.min(Math.max(Math.floor(most), 1), MOST_SOURCES),
    minRelevance,
    isCached: flags.getBooleanValue('cache_enabled', true),
    hasModels: flags.getBooleanValue('openai_enabled', true),
    isRewritten: flags.getBooleanValue('rag_query_rewriting', true),
    // It is before its release: who takes part in those has it, unless its own flag says otherwise.
    isFed: flags.getBooleanValue(
      'rag_relevance_feedback',
      flags.getBooleanValue('beta_features', false),
    ),
    isLogged: flags.getBooleanValue('logging_verbose', false),
  }
}
