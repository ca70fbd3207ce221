/** Vectors of texts from any OpenAI-compatible API. Its types stop here. */
import { z } from '@hono/zod-openapi'
import type { EmbeddingCreateParams } from 'openai/resources/embeddings'
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { callOpenAi, countTokens, type OpenAiEnv, type Use } from '../../shared/openai.ts'
import { DIMENSIONS } from './tables.ts'

export type EmbeddingContext = WithEnv<OpenAiEnv & { readonly EMBEDDING_MODEL: string }>

/** Inputs per call: far below every provider's limit, and one statement of rows each. */
export const EMBEDDING_BATCH = 96

/** Base64 is a third of the same numbers in JSON; a provider may not know it and send those. */
const Embeddings = z.object({
  data: z.array(
    z.object({ index: z.int(), embedding: z.union([z.string(), z.array(z.number())]) }),
  ),
  usage: z.object({ prompt_tokens: z.int() }).optional(),
})

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
  const request = { model, input: [...texts], encoding_format: 'base64' as const }
  const { data, usage } = await callOpenAi(
    ctx,
    { model, purpose },
    {
      path: '/embeddings',
      body: request satisfies EmbeddingCreateParams,
      read: async (response) => Embeddings.parse(await response.json()),
      signal,
    },
  )
  const vectors = data
    .toSorted((a, b) => a.index - b.index)
    .map(({ embedding }) => toVector(embedding))
  if (vectors.length === texts.length && vectors.every(({ length }) => length === DIMENSIONS)) {
    const tokens = usage?.prompt_tokens ?? 0
    countTokens(ctx, model, { input: tokens, output: 0 })
    return { vectors, tokens }
  }
  const got = vectors.find(({ length }) => length !== DIMENSIONS)?.length ?? 0
  const detail = `EMBEDDING_MODEL must give ${DIMENSIONS} dimensions; ${model} gave ${got}.`
  throw new ProblemError('misconfigured', detail)
}

/** Base64 holds 32-bit floats, little-endian, as every machine here has them; a view must align. */
function toVector(embedding: string | number[]): number[] {
  if (typeof embedding !== 'string') return embedding
  const bytes = new Uint8Array(Buffer.from(embedding, 'base64'))
  return [...new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4))]
}
