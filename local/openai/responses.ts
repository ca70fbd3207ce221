/**
 * POST /v1/responses: text and function calls, whole or as the events of a stream. Nothing is
 * stored. What is said is decided in turn.ts; the events are in response-events.ts.
 */
import type { Response, ResponseOutputItem } from 'openai/resources/responses/responses'
import * as z from 'zod'
import { parseWith } from './api-error.ts'
import type { Call } from './call.ts'
import { scriptOf } from './models.ts'
import type { Reply } from './reply.ts'
import { responseEvents } from './response-events.ts'
import { estimateTokens, type Message, takeTurn, type Turn } from './turn.ts'

const TextPart = z.looseObject({
  type: z.enum(['input_text', 'output_text'], 'only text is read'),
  text: z.string(),
})

const InputItem = z.union([
  z.looseObject({
    type: z.literal('message').optional(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(TextPart)]),
  }),
  z.looseObject({ type: z.literal('function_call'), call_id: z.string(), name: z.string() }),
  z.looseObject({
    type: z.literal('function_call_output'),
    call_id: z.string(),
    output: z.union([z.string(), z.array(TextPart)]),
  }),
])
type InputItem = z.infer<typeof InputItem>

const FunctionName = z.looseObject({ type: z.literal('function'), name: z.string() })

const ResponsesRequest = z.looseObject({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(InputItem).min(1)], 'expected text or input items'),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  tools: z.array(FunctionName).default([]),
  tool_choice: z.union([z.enum(['auto', 'none', 'required']), FunctionName]).default('auto'),
  previous_response_id: z.null('nothing is stored here').optional(),
})
type ResponsesRequest = z.infer<typeof ResponsesRequest>

/** @throws ApiError 400 for a request it cannot fulfil, 404 for an unknown model */
export function createResponse({ body, id, now }: Call): Reply {
  const request = parseWith(ResponsesRequest, body)
  const { inventing } = scriptOf(request.model, 'chat')
  const messages = readInput(request)
  const choice = request.tool_choice
  const turn = takeTurn(
    {
      messages,
      tools: request.tools.map(({ name }) => name),
      toolChoice: typeof choice === 'string' ? choice : { name: choice.name },
    },
    inventing,
  )
  const response = responseOf(request, messages, itemsOf(turn, id), id, now)
  if (!request.stream) return { type: 'json', body: response }
  return { type: 'events', events: responseEvents(response), done: false }
}

function readInput({ input, instructions }: ResponsesRequest): Message[] {
  const items: InputItem[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input
  const names = new Map(
    items.flatMap((item) => (item.type === 'function_call' ? [[item.call_id, item.name]] : [])),
  )
  const read = items.flatMap((item): Message[] => {
    if (item.type === 'function_call') return [{ role: 'assistant', text: '' }]
    if (item.type === 'function_call_output') {
      const toolName = names.get(item.call_id)
      return [{ role: 'tool', text: textOf(item.output), ...(toolName ? { toolName } : {}) }]
    }
    const role = item.role === 'developer' ? 'system' : item.role
    return [{ role, text: textOf(item.content) }]
  })
  return instructions ? [{ role: 'system', text: instructions }, ...read] : read
}

function textOf(content: string | { text: string }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')
}

function itemsOf(turn: Turn, id: string): ResponseOutputItem[] {
  if (turn.type === 'calls') {
    return turn.calls.map((call, index) => ({
      type: 'function_call',
      id: `fc_${id}${index}`,
      call_id: `call_${id}${index}`,
      name: call.name,
      arguments: call.arguments,
      status: 'completed',
    }))
  }
  const content = { type: 'output_text' as const, text: turn.text, annotations: [], logprobs: [] }
  const message = { type: 'message' as const, role: 'assistant' as const, content: [content] }
  return [{ id: `msg_${id}`, status: 'completed', ...message }]
}

function responseOf(
  request: ResponsesRequest,
  messages: readonly Message[],
  output: ResponseOutputItem[],
  id: string,
  now: number,
): Omit<Response, 'output_text'> {
  const created = Math.floor(now / 1000)
  const input = messages.reduce((total, { text }) => total + estimateTokens(text), 0)
  const written = estimateTokens(JSON.stringify(output.map(wordsOf)))
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: created,
    completed_at: created,
    status: 'completed',
    access_programs: null,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    metadata: {},
    model: request.model,
    output,
    parallel_tool_calls: true,
    temperature: 0,
    tool_choice: typeof request.tool_choice === 'string' ? request.tool_choice : 'required',
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: written,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + written,
    },
  }
}

function wordsOf(item: ResponseOutputItem): string {
  if (item.type === 'function_call') return item.arguments
  if (item.type !== 'message') return ''
  return item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('')
}
