/** Wire types of /v1/responses. Fields that only tune a model are passed over. */
import { z } from '@hono/zod-openapi'
import { SearchFilter } from '../knowledge/schemas.ts'
import {
  Call,
  Content,
  Extension,
  FunctionTool,
  MOST_FUNCTIONS,
  TurnExtension,
  Wishes,
} from './schemas.ts'

const CallId = Call.shape.id

const InputItem = z.discriminatedUnion(
  'type',
  [
    z.object({
      type: z.literal('message').optional(),
      role: z.enum(['system', 'developer', 'user', 'assistant']),
      content: Content,
    }),
    z.object({
      type: z.literal('function_call'),
      call_id: CallId,
      name: Call.shape.name,
      arguments: Call.shape.arguments,
    }),
    z.object({ type: z.literal('function_call_output'), call_id: CallId, output: Content }),
    z.object({ type: z.literal('item_reference'), id: z.string().max(100) }),
    z.object({ type: z.enum(['mcp_call', 'reasoning', 'file_search_call']) }),
  ],
  'messages, function calls and their outputs are read here',
)

const StoreId = z.string().min(1).max(100)

const FileSearch = z.object({
  type: z.literal('file_search'),
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
    tools: z
      .array(
        z.discriminatedUnion(
          'type',
          [FileSearch, FunctionTool.extend({ type: z.literal('function') })],
          'must be a function or file_search',
        ),
      )
      .max(MOST_FUNCTIONS)
      .nullish(),
    tool_choice: z
      .union(
        [
          z.enum(['auto', 'none', 'required']),
          z.object({ type: z.literal('function'), name: Call.shape.name }),
        ],
        'must be auto, none, required or a function',
      )
      .nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    /** Whether a later response may go on from this one; it may when absent. */
    store: z.boolean().nullish(),
    va: Wishes.nullish(),
    include: z.array(z.string()).nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
    previous_response_id: z.string().max(100).nullish(),
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

const ToolRun = z.object({
  id: z.string(),
  type: z.literal('mcp_call'),
  status: z.enum(['in_progress', 'completed', 'failed']),
  server_label: z.string(),
  name: z.string(),
  arguments: z.string(),
  output: z.string().nullable(),
  error: z.string().nullable(),
})

const FunctionCall = z.object({
  id: z.string(),
  type: z.literal('function_call'),
  status: z.literal('completed'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
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
    /** `incomplete`: the model has called tools as often as it may. */
    status: z.enum(['completed', 'incomplete']),
    model: z.string(),
    output: z.array(z.union([SearchCall, Message, ToolRun, FunctionCall])),
    usage: z.object({ input_tokens: z.int(), output_tokens: z.int(), total_tokens: z.int() }),
    va: z.union([Extension, TurnExtension]),
  })
  .openapi('OpenAiResponse')
