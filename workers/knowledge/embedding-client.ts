/** Vectors of texts from any OpenAI-compatible API. Its types stop here. */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { callOpenAi, type OpenAiEnv, type Use } from '../../shared/openai.ts'
import { estimateTokens, meterCall, mostTokensOf, type UsageContext } from '../usage/service.ts'
import { profileOf } from './profiles.ts'

export type EmbeddingContext = UsageContext &
  WithEnv<OpenAiEnv & { readonly EMBEDDING_MODEL: string }>

/** Inputs per call: far below every provider's limit, and one statement of rows each. */
export const EMBEDDING_BATCH = 100

interface Embedding {
  /** The platform's when left out. */
  model?: string
  signal?: AbortSignal | undefined
}

/**
 * One vector per text, in order.
 *
 * @param texts At most `EMBEDDING_BATCH`.
 * @throws ProblemError dependency_down; misconfigured when the model's vectors have another length than its profile
 */
export async function embedTexts(
  ctx: EmbeddingContext,
  purpose: Use['purpose'],
  texts: readonly string[],
  { model = ctx.env.EMBEDDING_MODEL, signal }: Embedding = {},
): Promise<{ vectors: number[][]; tokens: number }> {
  const { dimensions, isCut } = profileOf(model)
  const use = { model, kind: 'embedding', purpose } as const
  const input = texts.reduce((tokens, text) => tokens + estimateTokens(text), 0)
  const bound = () => ({ input: mostTokensOf(texts.join(' ')) + texts.length })
  const limits = { bound, guess: { input }, signal }
  const { data, tokens } = await meterCall(ctx, use, limits, async () => {
    const { data: made, usage } = await callOpenAi(ctx, use, signal, (client, options) =>
      client.embeddings.create({ model, input: [...texts], ...(isCut && { dimensions }) }, options),
    )
    // Servers of one's own may not count.
    const counted: number | undefined = usage?.prompt_tokens
    const units = { input: counted ?? input }
    const result = { data: made, tokens: units.input }
    return { result, units, isEstimated: counted === undefined }
  })
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
  if (vectors.length === texts.length && vectors.every(({ length }) => length === dimensions)) {
    return { vectors, tokens }
  }
  const got = vectors.find(({ length }) => length !== dimensions)?.length ?? 0
  const detail = `${model} gave ${got} dimensions where ${dimensions} are expected.`
  throw new ProblemError('misconfigured', detail)
}
