/**
 * Folds the oldest turns of a conversation into its summary, after an answer: nobody waits for it, and
 * what fails is tried again after the next one.
 */
import { cheapestModel } from '../usage/service.ts'
import { type ModelContext, streamReply } from './chat-client.ts'
import { chainOf } from './model-chain.ts'
import { type StoreContext, updateSummary } from './store.ts'
import { foldOf, type SaidTurn, SUMMARY_TOKENS, summaryMessages } from './summary.ts'

/** What outlives the response has some thirty seconds. */
const PATIENCE_MS = 20_000

export interface Memory {
  summary: string | null
  /** The last turn that is in it; 0 while there is none. */
  summaryTurn: number
  /** What is in no summary yet, oldest first. */
  said: readonly SaidTurn[]
}

/** With the cheapest model of the chain. Does nothing while all turns are short enough. */
export async function summarise(
  ctx: ModelContext & StoreContext,
  sessionId: string,
  { summary: before, summaryTurn, said }: Memory,
): Promise<void> {
  const fold = foldOf(said)
  if (!fold) return
  const request = {
    messages: summaryMessages(before, fold.folded),
    tools: [],
    model: cheapestModel(ctx, chainOf(ctx.env)),
    maxTokens: SUMMARY_TOKENS,
  }
  try {
    let summary = ''
    for await (const delta of streamReply(ctx, request, AbortSignal.timeout(PATIENCE_MS))) {
      summary += delta
    }
    if (summary.trim() === '') return
    await updateSummary(ctx, sessionId, {
      summary: summary.trim(),
      summaryTurn,
      through: fold.through,
    })
  } catch (error) {
    ctx.log.warn('a conversation could not be summarised', { session_id: sessionId, error })
  }
}
