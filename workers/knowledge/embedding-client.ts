/** Vectors of texts from any OpenAI-compatible API. Its types stop here. */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { callOpenAi, countTokens, type OpenAiEnv, type Use } from '../../shared/openai.ts'
import { DIMENSIONS } from './tables.ts'

export type EmbeddingContext = WithEnv<OpenAiEnv & { readonly EMBEDDING_MODEL: string }>

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
  const { data, usage } = await callOpenAi(ctx, { model, purpose }, signal, (client, options) =>
    client.embeddings.create({ model, input: [...texts] }, options),
  )
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
  if (vectors.length === texts.length && vectors.every(({ length }) => length === DIMENSIONS)) {
    const tokens = usage?.prompt_tokens ?? 0
    countTokens(ctx, model, { input: tokens, output: 0 })
    return { vectors, tokens }
  }
  const got = vectors.find(({ length }) => length !== DIMENSIONS)?.length ?? 0
  const detail = `EMBEDDING_MODEL must give ${DIMENSIONS} dimensions; ${model} gave ${got}.`
  throw new ProblemError('misconfigured', detail)
}
