/**
 * Wire types of the OpenAI-compatible surface: models, embeddings, chat. Fields that only tune a model are
 * passed over; one that would change what the answer is and is not there is refused by its name.
 */
import { z } from '@hono/zod-openapi'
import { ToolCall } from '../assistant/schemas.ts'

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

const Name = z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')

/** As the provider takes them. */
export const MOST_FUNCTIONS = 128

/** A function of the caller's, which the caller runs. */
export const FunctionTool = z.object({
  name: Name,
  description: z.string().max(4096).nullish(),
  /** JSON Schema. */
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
})
export type FunctionTool = z.output<typeof FunctionTool>

const CallId = z.string().min(1).max(64)

/** Ids the caller sends back: what it keeps of the conversation is its own. */
export const Call = z.object({ id: CallId, name: Name, arguments: z.string().max(100_000) })

const ChatMessage = z.discriminatedUnion(
  'role',
  [
    z.object({ role: z.enum(['system', 'developer', 'user']), content: Content }),
    z.object({
      role: z.literal('assistant'),
      content: Content.nullish(),
      tool_calls: z
        .array(
          z.object({
            id: CallId,
            type: z.literal('function'),
            function: Call.pick({ name: true, arguments: true }),
          }),
        )
        .max(MOST_FUNCTIONS)
        .nullish(),
    }),
    z.object({ role: z.literal('tool'), tool_call_id: CallId, content: Content }),
  ],
  'must be system, developer, user, assistant or tool',
)

/** Nothing of it is OpenAI's: for the models `va-assistant` alone. */
export const Wishes = z.strictObject({
  /** Names the conversation for tools that remember it: what the last reply's `va.session_id` said. */
  session_id: z.uuid().optional(),
  /** Ids in `va.tool_calls` of calls that wait for the user, who has agreed to them. */
  confirm: z.array(z.string().max(64)).max(8).default([]),
})
export type Wishes = z.output<typeof Wishes>

export const ChatRequest = z
  .object({
    model: z.string(),
    messages: z.array(ChatMessage).min(1).max(500),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    n: z.literal(1, 'there is one answer').nullish(),
    tools: z
      .array(z.object({ type: z.literal('function'), function: FunctionTool }))
      .max(MOST_FUNCTIONS)
      .nullish(),
    tool_choice: z
      .union(
        [
          z.enum(['auto', 'none', 'required']),
          z.object({ type: z.literal('function'), function: z.object({ name: Name }) }),
        ],
        'must be auto, none, required or a function',
      )
      .nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    va: Wishes.nullish(),
    functions: absent('functions go in tools'),
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

const Citations = z.array(
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
)

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
    citations: Citations,
  })
  .openapi('AnswerProof')

/** What an assistant did for its answer; nothing of it is OpenAI's. */
export const TurnExtension = z
  .object({
    session_id: z.uuid(),
    assistant_id: z.uuid().nullable(),
    assistant_version: z.int().nullable(),
    /** Of the platform's tools; those of the caller's functions are the caller's to make. */
    tool_calls: z.array(ToolCall),
    tools_executed: z.array(z.string()),
    tool_failures: z.int(),
    fallback_used: z.boolean(),
    /** The model that wrote the end of it. */
    model: z.string().nullable(),
    cost: z.object({ micro_dollars: z.int() }),
    timings_ms: z.record(z.string(), z.number()),
    citations: Citations,
  })
  .openapi('AssistantProof')
export type TurnExtension = z.infer<typeof TurnExtension>

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
          /** Null when there are only calls. */
          content: z.string().nullable(),
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
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                type: z.literal('function'),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .optional(),
        }),
        logprobs: z.null(),
        /** `length`: the model has called as often as it may. */
        finish_reason: z.enum(['stop', 'tool_calls', 'length']),
      }),
    ),
    usage,
    va: z.union([Extension, TurnExtension]),
  })
  .openapi('OpenAiChatCompletion')
