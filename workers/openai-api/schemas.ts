/**
 * Wire types of the OpenAI-compatible surface: models, embeddings, chat. Fields that only tune a model are
 * passed over; one that would change what the answer is and is not there is refused by its name.
 */
import { z } from '@hono/zod-openapi'

/** Absent, null or empty: anything else asks for what this surface does not have. */
export const absent = (detail: string) => z.array(z.unknown()).max(0, detail).nullish()

export const OpenAiModel = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
  })
  .openapi('OpenAiModel', {
    example: { id: 'va-rag:default', object: 'model', created: 0, owned_by: 'voiceassist' },
  })
export type OpenAiModel = z.infer<typeof OpenAiModel>

export const ModelList = z
  .object({ object: z.literal('list'), data: z.array(OpenAiModel) })
  .openapi('OpenAiModelList')
export type ModelList = z.infer<typeof ModelList>

/** As many as OpenAI takes. */
const MOST_INPUTS = 2048
const input = z
  .string('send text; lists of tokens are not taken here')
  .min(1, 'must not be empty')
  .max(32_000, 'must have at most 32,000 characters')

export const EmbeddingRequest = z
  .object({
    model: z.string(),
    input: z.union(
      [input, z.array(input).min(1).max(MOST_INPUTS)],
      'send a text, or up to 2,048 of them; none empty, none above 32,000 characters',
    ),
    encoding_format: z.enum(['float', 'base64']).default('float'),
    dimensions: z.int().nullish(),
  })
  .openapi('OpenAiEmbeddingRequest', {
    example: { model: 'va-lexical-1', input: 'How hot is green tea brewed?' },
  })
export type EmbeddingRequest = z.output<typeof EmbeddingRequest>

export const EmbeddingList = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        /** Numbers, or these as little-endian 32-bit floats in base64. */
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('OpenAiEmbeddingList')
export type EmbeddingList = z.infer<typeof EmbeddingList>

const textPart = z.object({
  type: z.enum(['text', 'input_text', 'output_text'], 'only text is read here'),
  text: z.string(),
})
/** A message's content, with the names that chats and responses have for parts of text. */
export const Content = z.union(
  [z.string(), z.array(textPart)],
  'send a text or parts of the type text',
)

const ChatMessage = z.object({
  role: z.enum(
    ['system', 'developer', 'user', 'assistant'],
    'must be system, developer, user or assistant; there are no tools here',
  ),
  content: Content,
})

export const ChatRequest = z
  .object({
    model: z.string(),
    messages: z.array(ChatMessage).min(1).max(500),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    n: z.literal(1, 'there is one answer').nullish(),
    tools: absent('functions of the caller’s are not called here'),
    functions: absent('functions of the caller’s are not called here'),
    modalities: z.array(z.literal('text', 'answers are text')).nullish(),
    response_format: z
      .object({ type: z.literal('text', 'answers are text with their citations') })
      .nullish(),
  })
  .openapi('OpenAiChatRequest', {
    example: {
      model: 'va-rag:default',
      messages: [{ role: 'user', content: 'How hot is green tea brewed?' }],
    },
  })
export type ChatRequest = z.output<typeof ChatRequest>

/** The proof of an answer; nothing of it is OpenAI's. */
export const Extension = z
  .object({
    /** For PUT /api/answers/{id}/feedback. */
    answer_id: z.uuid(),
    abstained: z.boolean(),
    withheld: z.int(),
    cached: z.boolean(),
    cost: z.object({ micro_dollars: z.int() }),
    /** Of the knowledge base that was asked; by id where there were several. */
    kb_version: z.union([z.int(), z.record(z.string(), z.int())]),
    timings_ms: z.record(z.string(), z.number()),
    citations: z.array(
      z.object({
        number: z.int(),
        file_id: z.uuid(),
        title: z.string(),
        page: z.int(),
        start: z.int(),
        end: z.int(),
        quote: z.string(),
        url: z.string(),
      }),
    ),
  })
  .openapi('AnswerProof')

const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
})

export const ChatCompletion = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string(),
          refusal: z.null(),
          annotations: z.array(
            z.object({
              type: z.literal('url_citation'),
              url_citation: z.object({
                /** The mark's place in the text. */
                start_index: z.int(),
                end_index: z.int(),
                title: z.string(),
                /** Opens the passage in the console. */
                url: z.string(),
              }),
            }),
          ),
        }),
        logprobs: z.null(),
        finish_reason: z.literal('stop'),
      }),
    ),
    usage,
    va: Extension,
  })
  .openapi('OpenAiChatCompletion')
