/** Wire types of /v1/responses. Fields that only tune a model are passed over. */
import { z } from '@hono/zod-openapi'
import { SearchFilter } from '../knowledge/schemas.ts'
import { Content, Extension } from './schemas.ts'

const InputItem = z.object({
  type: z.literal('message', 'only messages are read here').default('message'),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: Content,
})

const StoreId = z.string().min(1).max(100)

const FileSearch = z.object({
  type: z.literal('file_search', 'file_search is the only tool here'),
  vector_store_ids: z.array(StoreId).min(1).max(10),
  max_num_results: z.int().min(1).max(50).nullish(),
  filters: SearchFilter.nullish(),
})

export const ResponseRequest = z
  .object({
    model: z.string(),
    input: z.union(
      [z.string().min(1), z.array(InputItem).min(1).max(500)],
      'send a text, or messages with text',
    ),
    instructions: z.string().nullish(),
    stream: z.boolean().nullish(),
    tools: z.array(FileSearch).max(1, 'one file_search is enough').nullish(),
    include: z.array(z.string()).nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
    previous_response_id: z
      .null('responses are not kept here: send the conversation as input')
      .optional(),
    conversation: z.null('conversations are not kept here: send the messages as input').optional(),
    background: z.literal(false, 'responses are made while you wait').nullish(),
    text: z
      .object({
        format: z.object({ type: z.literal('text', 'answers are text') }).nullish(),
      })
      .nullish(),
  })
  .openapi('OpenAiResponseRequest', {
    example: {
      model: 'va-rag',
      input: 'How hot is green tea brewed?',
      tools: [{ type: 'file_search', vector_store_ids: ['default'] }],
      include: ['file_search_call.results'],
    },
  })
export type ResponseRequest = z.output<typeof ResponseRequest>

const SearchCall = z.object({
  id: z.string(),
  type: z.literal('file_search_call'),
  status: z.literal('completed'),
  queries: z.array(z.string()),
  results: z
    .array(
      z.object({
        file_id: z.uuid(),
        filename: z.string(),
        score: z.number(),
        text: z.string(),
        /** The file's own, and where the text stands in it. */
        attributes: z
          .object({
            page: z.int(),
            start: z.int(),
            end: z.int(),
            quote: z.string(),
            url: z.string(),
          })
          .catchall(z.union([z.string(), z.number(), z.boolean()])),
      }),
    )
    .nullable(),
})

const Message = z.object({
  id: z.string(),
  type: z.literal('message'),
  status: z.literal('completed'),
  role: z.literal('assistant'),
  content: z.array(
    z.object({
      type: z.literal('output_text'),
      text: z.string(),
      annotations: z.array(
        z.object({
          type: z.literal('file_citation'),
          /** The mark's place in the text. */
          index: z.int(),
          file_id: z.uuid(),
          filename: z.string(),
        }),
      ),
    }),
  ),
})

/** What matters of it; the other fields are as OpenAI's clients expect them. */
export const OpenAiResponse = z
  .looseObject({
    id: z.string(),
    object: z.literal('response'),
    created_at: z.int(),
    status: z.literal('completed'),
    model: z.string(),
    output: z.array(z.union([SearchCall, Message])),
    usage: z.object({ input_tokens: z.int(), output_tokens: z.int(), total_tokens: z.int() }),
    va: Extension,
  })
  .openapi('OpenAiResponse')
