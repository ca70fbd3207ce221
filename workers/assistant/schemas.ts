/**
 * The assistant's data as it travels and as it is stored. Field names are those of the agent's
 * contract (tool_calls, fallback_used …), hence snake_case in this feature.
 */
import { z } from '@hono/zod-openapi'
import { Citation } from '../knowledge/schemas.ts'

export const Language = z.enum(['en', 'ru', 'de', 'es', 'fr'])
export type Language = z.infer<typeof Language>

const Turn = z.object({ role: z.enum(['user', 'assistant']), content: z.string().max(16_000) })
/** Something said earlier. */
export type Turn = z.infer<typeof Turn>

export const NewMessage = z
  .strictObject({
    /** Empty text is answered with `success: false`. */
    message: z.string().max(16_000, 'Write at most 16,000 characters.'),
    /** The conversation to go on with; without one a new one begins. */
    session_id: z.uuid('must be an id this API gave').optional(),
    /** Id or slug of the one that answers a new conversation; without one the tenant's default. */
    assistant: z.string().min(1).max(64).optional(),
    /** What was said elsewhere before, oldest first; not stored. */
    external_history: z.array(Turn).max(40).default([]),
    /** Of our own words, as when something fails; without it, that of the message. */
    language: Language.optional(),
    /** Ids of calls the answer before this one asked to confirm. */
    confirm: z.array(z.string().max(64)).max(8).default([]),
  })
  .openapi('NewMessage')
export type NewMessage = z.output<typeof NewMessage>

/** `invalid`: the model was asked for better arguments; `unconfirmed`: the user must agree first. */
const ToolStatus = z.enum(['ok', 'failed', 'invalid', 'unconfirmed'])

/** What becomes visible of a turn, in the order in which it does; a text may come in pieces. */
export const Part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  /** `arguments` are JSON as the model wrote it. */
  z.object({
    type: z.literal('tool_call'),
    id: z.string(),
    tool_name: z.string(),
    arguments: z.string(),
  }),
  /** `content` is the beginning of what the model was told. */
  z.object({
    type: z.literal('tool_result'),
    id: z.string(),
    tool_name: z.string(),
    ok: z.boolean(),
    content: z.string(),
    /** As in `tool_calls`; results older than these fields have none. */
    status: ToolStatus.optional(),
    duration_ms: z.number().optional(),
  }),
  z.object({ type: z.literal('citation'), citation: Citation }),
])
export type Part = z.infer<typeof Part>

export const ToolCall = z
  .object({
    id: z.string(),
    tool_name: z.string(),
    arguments: z.string(),
    status: ToolStatus,
    duration_ms: z.number(),
  })
  .openapi('ToolCall')
export type ToolCall = z.infer<typeof ToolCall>

/** `partial`: it broke off after its first words; `failed`: before them. */
export const MessageStatus = z.enum(['running', 'complete', 'partial', 'failed'])
export type MessageStatus = z.infer<typeof MessageStatus>

/** Why an answer is not whole. */
export const Reason = z.enum([
  'cancelled',
  'timed_out',
  'unavailable',
  'budget_exceeded',
  'step_limit',
  'turn_limit',
])
export type Reason = z.infer<typeof Reason>

export const Usage = z.object({ input_tokens: z.int(), output_tokens: z.int() })
export type Usage = z.infer<typeof Usage>

export const Reply = z
  .object({
    success: z.boolean(),
    /** What failed, for people; null when nothing did. */
    error: z.string().nullable(),
    session_id: z.uuid(),
    message_id: z.uuid(),
    /** Which assistant answered, in which version; null: ours, for the tenant has no default one. */
    assistant_id: z.uuid().nullable(),
    assistant_version: z.int().nullable(),
    turn: z.int(),
    status: MessageStatus,
    reason: Reason.nullable(),
    text: z.string(),
    citations: z.array(Citation),
    tool_calls: z.array(ToolCall),
    /** Names of the tools that ran, each once. */
    tools_executed: z.array(z.string()),
    tool_failures: z.int(),
    /** True when a tool or a model failed and the answer was made without it. */
    fallback_used: z.boolean(),
    /** The model that wrote the end of the answer; null when none did. */
    model: z.string().nullable(),
    usage: Usage,
    /** What all provider calls made for it cost, its tools’ too. */
    cost_micro_dollars: z.int(),
    /** Milliseconds: `first_token_ms`, `total_ms`. */
    timings: z.record(z.string(), z.number()),
  })
  .openapi('AssistantReply')
export type Reply = z.infer<typeof Reply>

export const EmptyMessage = z
  .object({ success: z.literal(false), error: z.string() })
  .loose()
  .openapi('EmptyMessage')

const time = () => z.iso.datetime()

export const Conversation = z
  .object({
    id: z.uuid(),
    title: z.string(),
    language: Language,
    owner: z.object({
      type: z.enum(['user', 'key']),
      id: z.string(),
      /** A user's; null for a key. */
      name: z.string().nullable(),
    }),
    /** Null: ours. Its name is null once it is deleted. */
    assistant: z.object({ id: z.uuid(), version: z.int(), name: z.string().nullable() }).nullable(),
    /** `handed_off` once a person was asked to take over. */
    status: z.enum(['open', 'handed_off']),
    handoff_reason: z.string().nullable(),
    turns: z.int(),
    /** What the oldest turns came to, once they are no longer sent along whole; null before. */
    summary: z.string().nullable(),
    /** Of all its answers. */
    cost_micro_dollars: z.int(),
    created_at: time(),
    updated_at: time(),
  })
  .openapi('Conversation')
export type Conversation = z.infer<typeof Conversation>

export const NewMessageFeedback = z
  .strictObject({
    /** From 0, of no use, to 5, exactly what was asked for. */
    rating: z.int('must be a whole number from 0 to 5').min(0).max(5),
    reason: z.string().trim().max(2000, 'Say it in at most 2,000 characters.').default(''),
  })
  .openapi('NewMessageFeedback', { example: { rating: 4, reason: 'Right, but too long' } })
export type NewMessageFeedback = z.output<typeof NewMessageFeedback>

export const MessageFeedback = z
  .object({ rating: z.int().min(0).max(5), reason: z.string(), rated_at: time() })
  .openapi('MessageFeedback')
export type MessageFeedback = z.infer<typeof MessageFeedback>

export const Message = z
  .object({
    id: z.uuid(),
    turn: z.int(),
    role: z.enum(['user', 'assistant']),
    status: MessageStatus,
    reason: Reason.nullable(),
    content: z.string(),
    /** What became visible, in order; a user's message has none. */
    parts: z.array(Part),
    citations: z.array(Citation),
    tool_calls: z.array(ToolCall),
    model: z.string().nullable(),
    fallback_used: z.boolean(),
    usage: Usage,
    cost_micro_dollars: z.int(),
    timings: z.record(z.string(), z.number()),
    /** Of the request that asked; null for messages older than this field. */
    trace_id: z.string().nullable(),
    /** What whoever asked says of it. */
    feedback: MessageFeedback.nullable(),
    created_at: time(),
  })
  .openapi('ConversationMessage')
export type Message = z.infer<typeof Message>

const limit = z.coerce.number().int().min(1).max(100).default(50)
const cursor = z.uuid('must be a cursor this API gave').optional()

export const ConversationQuery = z.object({
  limit,
  cursor,
  /** Words of the title or of a message. */
  q: z.string().trim().min(1).max(200).optional(),
  /** Those with one of the tenant's own assistants. */
  assistant: z.uuid('must be an id this API gave').optional(),
  status: z.enum(['open', 'handed_off']).optional(),
  /** Begun at or after `from` and before `to`. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
})
export type ConversationQuery = z.output<typeof ConversationQuery>

export const AnyConversationQuery = ConversationQuery.extend({
  /** Of one user. */
  user: z.string().min(1).max(128).optional(),
})
export type AnyConversationQuery = z.output<typeof AnyConversationQuery>

export const ConversationPage = z
  .object({ items: z.array(Conversation), next_cursor: z.string().nullable() })
  .openapi('ConversationPage')
export type ConversationPage = z.infer<typeof ConversationPage>

export const MessageQuery = z.object({ limit, cursor })
export type MessageQuery = z.output<typeof MessageQuery>

export const MessagePage = z
  .object({ items: z.array(Message), next_cursor: z.string().nullable() })
  .openapi('ConversationMessagePage')
export type MessagePage = z.infer<typeof MessagePage>

export const Rename = z
  .strictObject({ title: z.string().trim().min(1).max(200) })
  .openapi('RenameConversation')

export const ConversationExport = z
  .object({ exported_at: time(), conversation: Conversation, messages: z.array(Message) })
  .openapi('ConversationExport')
export type ConversationExport = z.infer<typeof ConversationExport>
