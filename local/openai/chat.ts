/** POST /v1/chat/completions: whole or streamed, with tools. What is said is decided in turn.ts. */
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions'
import type { CompletionUsage } from 'openai/resources/completions'
import * as z from 'zod'
import { ApiError, parseWith } from './api-error.ts'
import type { Call } from './call.ts'
import { scriptOf } from './models.ts'
import type { Reply, ServerEvent } from './reply.ts'
import { estimateTokens, type Message, piecesOf, takeTurn, type Turn } from './turn.ts'

const TextPart = z.looseObject({ type: z.literal('text'), text: z.string() })
const Content = z.union([z.string(), z.array(TextPart)], 'expected text or an array of text parts')

const ChatToolCall = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
})

const ChatMessage = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer', 'user']), content: Content }),
  z.looseObject({
    role: z.literal('assistant'),
    content: Content.nullish(),
    tool_calls: z.array(ChatToolCall).optional(),
  }),
  z.looseObject({ role: z.literal('tool'), content: Content, tool_call_id: z.string() }),
])
type ChatMessage = z.infer<typeof ChatMessage>

const FunctionTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({ name: z.string() }),
})

const ChatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(ChatMessage).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  tools: z.array(FunctionTool).optional(),
  tool_choice: z.union([z.enum(['auto', 'none', 'required']), FunctionTool]).optional(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  n: z.literal(1, 'only one choice can be made').nullish(),
  response_format: z.looseObject({ type: z.literal('text', 'only text is written') }).optional(),
})
type ChatRequest = z.infer<typeof ChatRequest>

interface Completion {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly turn: Turn
  /** The text as it is streamed; empty for calls. */
  readonly pieces: readonly string[]
  readonly finish: 'stop' | 'length' | 'tool_calls'
  readonly usage: CompletionUsage
}

/** @throws ApiError 400 for a request it cannot fulfil, 404 for an unknown model */
export function completeChat({ body, id, now }: Call): Reply {
  const request = parseWith(ChatRequest, body)
  const completion = complete(request, id, now)
  if (!request.stream) return { type: 'json', body: wholeOf(completion) }
  const withUsage = request.stream_options?.include_usage ?? false
  return { type: 'events', events: chunksOf(completion, withUsage), done: true }
}

function complete(request: ChatRequest, id: string, now: number): Completion {
  const { model } = request
  const { inventing } = scriptOf(model, 'chat')
  const messages = readMessages(request.messages)
  const turn = takeTurn({ messages, ...toolsOf(request) }, inventing)
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Infinity
  const said = turn.type === 'text' ? piecesOf(turn.text) : []
  const pieces = said.slice(0, limit)
  const stopped = pieces.length < said.length ? 'length' : 'stop'
  return {
    id: `chatcmpl-${id}`,
    created: Math.floor(now / 1000),
    model,
    turn,
    pieces,
    finish: turn.type === 'calls' ? 'tool_calls' : stopped,
    usage: usageOf(messages, turn.type === 'text' ? pieces.join('') : JSON.stringify(turn.calls)),
  }
}

function readMessages(messages: readonly ChatMessage[]): Message[] {
  const names = new Map(
    messages
      .flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
      .map((call) => [call.id, call.function.name]),
  )
  return messages.map((message) => {
    const text = textOf(message.content)
    if (message.role === 'developer') return { role: 'system', text }
    if (message.role !== 'tool') return { role: message.role, text }
    const toolName = names.get(message.tool_call_id)
    if (toolName) return { role: 'tool', text, toolName }
    throw new ApiError(400, `No tool call with id '${message.tool_call_id}' precedes its result.`, {
      param: 'messages',
    })
  })
}

function textOf(content: z.infer<typeof Content> | null | undefined): string {
  return typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('\n')
}

function toolsOf({ tools = [], tool_choice: choice = 'auto' }: ChatRequest) {
  return {
    tools: tools.map((tool) => tool.function.name),
    toolChoice: typeof choice === 'string' ? choice : { name: choice.function.name },
  }
}

function usageOf(messages: readonly Message[], said: string): CompletionUsage {
  const prompt = messages.reduce((total, { text }) => total + estimateTokens(text), 0)
  const completion = estimateTokens(said)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  }
}

function callsOf({ id, turn }: Completion) {
  return (turn.type === 'calls' ? turn.calls : []).map((call, index) => ({
    id: `call_${id.slice('chatcmpl-'.length)}${index}`,
    type: 'function' as const,
    function: { name: call.name, arguments: call.arguments },
  }))
}

function wholeOf(completion: Completion): ChatCompletion {
  const { id, created, model, pieces, finish, usage } = completion
  const calls = callsOf(completion)
  const message = {
    role: 'assistant' as const,
    content: calls.length > 0 ? null : pieces.join(''),
    refusal: null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }]
  return { id, object: 'chat.completion', created, model, choices, usage }
}

type Choice = ChatCompletionChunk['choices'][number]

function* chunksOf(completion: Completion, withUsage: boolean): Iterable<ServerEvent> {
  const { id, created, model, usage } = completion
  const base = { id, object: 'chat.completion.chunk' as const, created, model }
  for (const { delta, finish } of deltasOf(completion)) {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish ?? null }]
    const chunk: ChatCompletionChunk = { ...base, choices, ...(withUsage ? { usage: null } : {}) }
    yield { data: chunk }
  }
  if (withUsage) yield { data: { ...base, choices: [], usage } satisfies ChatCompletionChunk }
}

/** Role first, then words, or each call's name and then its arguments in two parts, then the end. */
function* deltasOf(
  completion: Completion,
): Iterable<{ delta: Choice['delta']; finish?: Choice['finish_reason'] }> {
  const calls = callsOf(completion)
  const role = { role: 'assistant' as const }
  yield { delta: calls.length > 0 ? { ...role, content: null } : { ...role, content: '' } }
  for (const content of completion.pieces) yield { delta: { content } }
  for (const [index, call] of calls.entries()) {
    const { name, arguments: text } = call.function
    yield { delta: { tool_calls: [{ index, ...call, function: { name, arguments: '' } }] } }
    const middle = Math.ceil(text.length / 2)
    for (const part of [text.slice(0, middle), text.slice(middle)]) {
      yield { delta: { tool_calls: [{ index, function: { arguments: part } }] } }
    }
  }
  yield { delta: {}, finish: completion.finish }
}
