/** Vectors of texts from any OpenAI-compatible API. Its types stop here. */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { callOpenAi, type OpenAiEnv, type Use } from '../../shared/openai.ts'
import { estimateTokens, meterCall, mostTokensOf, type UsageContext } from '../usage/service.ts'
import { DIMENSIONS } from './tables.ts'

export type EmbeddingContext = UsageContext &
  WithEnv<OpenAiEnv & { readonly EMBEDDING_MODEL: string }>

/** Inputs per call: far below every provider's limit, and one statement of rows each. */
export const EMBEDDING_BATCH = 100

/**
 * One vector per text, in order.
 *
 * @param texts At most `EMBEDDING_BATCH`.
 * @throws ProblemError dependency_down; misconfigured when the model's vectors do not fit the table
 */
export async function embedTexts(
  ctx: EmbeddingContext,
  purpose: Use['purpose'],
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<{ vectors: number[][]; tokens: number }> {
  const { EMBEDDING_MODEL: model } = ctx.env
  const use = { model, kind: 'embedding', purpose } as const
  const input = texts.reduce((tokens, text) => tokens + estimateTokens(text), 0)
  const bound = () => ({ input: mostTokensOf(texts.join(' ')) + texts.length })
  const limits = { bound, guess: { input }, signal }
  const { data, tokens } = await meterCall(ctx, use, limits, async () => {
    const { data: made, usage } = await callOpenAi(ctx, use, signal, (client, options) =>
      client.embeddings.create({ model, input: [...texts] }, options),
    )
    // Servers of one's own may not count.
    const counted: number | undefined = usage?.prompt_tokens
    const units = { input: counted ?? input }
    const result = { data: made, tokens: units.input }
    return { result, units, isEstimated: counted === undefined }
  })
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
  if (vectors.length === texts.length && vectors.every(({ length }) => length === DIMENSIONS)) {
    return { vectors, tokens }
  }
  const got = vectors.find(({ length }) => length !== DIMENSIONS)?.length ?? 0
  const detail = `EMBEDDING_MODEL must give ${DIMENSIONS} dimensions; ${model} gave ${got}.`
  throw new ProblemError('misconfigured', detail)
}
