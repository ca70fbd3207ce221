/** The model that makes a question stand alone. It may fail or be late: then there is no such question. */
import { callOpenAi } from '../../shared/openai.ts'
import { estimateTokens, meterCall, mostTokensOf } from '../usage/service.ts'
import type { ChatContext } from './chat-client.ts'
import { rewritingOf, rewrittenIn } from './rewriting.ts'
import type { Turn } from './schemas.ts'

/** Milliseconds a search waits for it. */
const BUDGET_MS = 400
/** Tokens of a question. */
const MOST_TOKENS = 150

/**
 * The question with what it points back to; undefined when the model does not say so in time.
 *
 * @param signal Stops it; it then throws an AbortError.
 */
export async function rewriteQuestion(
  ctx: ChatContext,
  question: string,
  history: readonly Turn[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(BUDGET_MS)])
  try {
    return rewrittenIn(await reply(ctx, question, history, inTime), question)
  } catch (error) {
    signal.throwIfAborted()
    const reason = inTime.aborted ? 'late' : 'failed'
    ctx.log.warn('a question is searched for as it was asked', { error, reason })
    ctx.metrics.inc('voiceassist_rag_fallback_total', { stage: 'rewrite', reason })
    return undefined
  }
}

function reply(
  ctx: ChatContext,
  question: string,
  history: readonly Turn[],
  signal: AbortSignal,
): Promise<string> {
  const { CHAT_MODEL: model } = ctx.env
  const use = { model, kind: 'chat', purpose: 'rewrite' } as const
  const messages = rewritingOf(question, history)
  const text = messages.map(({ content }) => content).join('\n')
  const guess = { input: estimateTokens(text) }
  const bound = () => ({ input: mostTokensOf(text) + 16, output: MOST_TOKENS })
  return meterCall(ctx, use, { bound, guess, signal }, async () => {
    const { choices, usage } = await callOpenAi(ctx, use, signal, (client, options) =>
      client.chat.completions.create(
        { model, messages, max_completion_tokens: MOST_TOKENS },
        options,
      ),
    )
    const result = choices[0]?.message.content ?? ''
    const units = usage
      ? { input: usage.prompt_tokens, output: usage.completion_tokens }
      : { ...guess, output: estimateTokens(result) }
    return { result, units, isEstimated: !usage }
  })
}
