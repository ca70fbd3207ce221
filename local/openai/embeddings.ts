/** POST /v1/embeddings: batches, floats or base64, fewer dimensions. Vectors are in embedding.ts. */
import * as z from 'zod'
import { parseWith } from './api-error.ts'
import type { Call } from './call.ts'
import { embed, EMBEDDING_DIMENSIONS } from './embedding.ts'
import type { Reply } from './reply.ts'
import { estimateTokens } from './turn.ts'

/** The provider's own limits: 2,048 texts, none of them empty. */
const Text = z.string('expected text; arrays of tokens are not read here').min(1)

const EmbeddingsRequest = z.looseObject({
  model: z.string(),
  input: z.union([Text, z.array(Text).min(1).max(2048)], 'expected text or 1 to 2048 texts'),
  dimensions: z.int().min(1).max(EMBEDDING_DIMENSIONS).optional(),
  encoding_format: z.enum(['float', 'base64']).default('float'),
})

/** @throws ApiError 400 */
export function createEmbeddings({ body }: Call): Reply {
  const request = parseWith(EmbeddingsRequest, body)
  const texts = typeof request.input === 'string' ? [request.input] : request.input
  const base64 = request.encoding_format === 'base64'
  const data = texts.map((text, index) => {
    const vector = embed(text, request.dimensions)
    return {
      object: 'embedding',
      index,
      embedding: base64 ? toBase64(vector) : Array.from(vector),
    }
  })
  const tokens = texts.reduce((total, text) => total + estimateTokens(text), 0)
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  return { type: 'json', body: { object: 'list', data, model: request.model, usage } }
}

/** Little-endian 32-bit floats, the form the client asks for unless told otherwise. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
