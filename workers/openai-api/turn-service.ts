/**
 * Chats and responses of an assistant: the caller's functions and the platform's tools in one turn.
 * Questions to knowledge bases are service.ts.
 */
import { ProblemError } from '../../shared/errors.ts'
import {
  type AssistantContext,
  type HostedEvent,
  type HostedRequest,
  hostTurn,
  type ToolChoice,
} from '../assistant/service.ts'
import { assistantOf, secondsOf } from './models.ts'
import { invalid } from './narrow-service.ts'
import type { StreamEvent } from './response-events.ts'
import type { ResponseRequest } from './responses-schemas.ts'
import type { ChatRequest, FunctionTool, Wishes } from './schemas.ts'
import { createTurnChunks, turnCompletionOf } from './turn-chat-wire.ts'
import { type Conversation, fromInput, fromMessages } from './turn-input.ts'
import { createTurnEvents } from './turn-response-events.ts'
import type { TurnFrame } from './turn-response-wire.ts'
import type { Reply } from './wire-types.ts'

export type TurnApiContext = AssistantContext & {
  readonly env: { readonly PUBLIC_URL: string }
}

/** @throws ProblemError as `hostTurn`, with the fields' names of this surface */
export async function completeTurn(ctx: TurnApiContext, request: ChatRequest, signal: AbortSignal) {
  let turnId = ''
  for await (const event of chatTurn(ctx, request, signal)) {
    if (event.type === 'begun') ({ turnId } = event)
    if (event.type === 'done') return turnCompletionOf(replyOf(ctx, request.model), turnId, event)
  }
  throw new Error('a turn always ends with done')
}

/** The chunks of a streamed completion. @throws ProblemError as `completeTurn` */
export async function* streamTurnChunks(
  ctx: TurnApiContext,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<object> {
  const reply = replyOf(ctx, request.model)
  const chunksOf = createTurnChunks(reply, request.stream_options?.include_usage === true)
  for await (const event of chatTurn(ctx, request, signal)) yield* chunksOf(event)
}

function chatTurn(ctx: TurnApiContext, request: ChatRequest, signal: AbortSignal) {
  const { tool_choice: choice, tools, model, messages } = request
  const functions = (tools ?? []).map((tool) => tool.function)
  const toolChoice = typeof choice === 'object' && choice ? choice.function : (choice ?? 'auto')
  const told = fromMessages(messages)
  const asked = {
    ...wishesOf(request, functions, toolChoice),
    items: told.items,
    instructions: told.instructions,
    assistant: assistantOf(model) ?? undefined,
    isKept: false,
  }
  return renamed(hostTurn(ctx, asked, signal), ({ type, at }) =>
    type === 'item' ? `messages/${told.places[at] ?? 0}` : 'model',
  )
}

/** The events of a response; the last one has it whole. @throws ProblemError as `completeTurn` */
export async function* streamTurnResponse(
  ctx: TurnApiContext,
  request: ResponseRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const { input } = request
  const items = typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input
  const told = fromInput(items)
  const { asked, frame } = responseTurn(ctx, request, told)
  const eventsOf = createTurnEvents(frame)
  const events = renamed(hostTurn(ctx, asked, signal), ({ type, at }) => {
    if (type === 'previous') return 'previous_response_id'
    return typeof input === 'string' ? 'input' : `input/${told.places[at] ?? 0}`
  })
  for await (const event of events) yield* eventsOf(event)
}

/** @throws ProblemError invalid_fields */
function responseTurn(
  ctx: TurnApiContext,
  request: ResponseRequest,
  told: Conversation,
): { asked: HostedRequest; frame: TurnFrame } {
  const { model, tool_choice: choice, metadata, store } = request
  const previousId = request.previous_response_id ?? null
  const instructions = request.instructions ?? null
  const functions = functionsOf(request)
  const toolChoice = typeof choice === 'object' && choice ? { name: choice.name } : choice
  const isKept = store !== false
  const asked = {
    ...wishesOf(request, functions, toolChoice ?? 'auto'),
    items: told.items,
    instructions: [instructions ?? '', told.instructions].filter(Boolean).join('\n\n'),
    assistant: assistantOf(model) ?? undefined,
    previous: previousId?.replace(/^resp_/, ''),
    isKept,
  }
  const frame = {
    ...replyOf(ctx, model),
    instructions,
    metadata: metadata ?? {},
    previous: previousId,
    isKept,
    isParallel: asked.isParallel,
    tools: functions.map((tool) => ({ type: 'function', ...describe(tool) })),
    toolChoice: choice ?? 'auto',
  }
  return { asked, frame }
}

const functionsOf = ({ tools }: ResponseRequest): FunctionTool[] =>
  (tools ?? []).map((tool, at) => {
    if (tool.type === 'function') return tool
    throw invalid(`tools/${at}/type`, 'An assistant searches by its own tools: send functions.')
  })

/** @throws ProblemError as `completeTurn` */
export async function createTurnResponse(
  ctx: TurnApiContext,
  request: ResponseRequest,
  signal: AbortSignal,
) {
  let last: StreamEvent | undefined
  for await (const event of streamTurnResponse(ctx, request, signal)) last = event
  const response = last?.['response']
  if (typeof response === 'object' && response) return response
  throw new Error('a turn always ends with its response')
}

interface Wanting {
  parallel_tool_calls?: boolean | null | undefined
  va?: Wishes | null | undefined
}

function wishesOf(
  { parallel_tool_calls: isParallel, va }: Wanting,
  functions: readonly FunctionTool[],
  toolChoice: ToolChoice,
) {
  const names = functions.map(({ name }) => name)
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at)
  if (twice >= 0) throw invalid(`tools/${twice}`, `There are two functions ${names[twice]}.`)
  return {
    functions: functions.map(describe),
    toolChoice,
    isParallel: isParallel !== false,
    sessionId: va?.session_id,
    confirm: va?.confirm ?? [],
  }
}

const describe = ({ name, description, parameters, strict }: FunctionTool) => ({
  name,
  description: description ?? '',
  parameters: parameters ?? { type: 'object', properties: {} },
  ...(strict === true && { strict }),
})

/** A field of the turn's, as this surface spells it. */
type Spelling = (field: { type: 'item' | 'previous'; at: number }) => string

/** Names the fields that are wrong as the caller knows them. */
async function* renamed(
  events: AsyncGenerator<HostedEvent>,
  spell: Spelling,
): AsyncGenerator<HostedEvent> {
  try {
    yield* events
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.errors) throw error
    const [first] = error.errors
    const field = first && fieldOf(first.pointer, spell)
    throw first && field
      ? new ProblemError(error.code, error.message, {
          errors: [{ ...first, pointer: `/${field}` }],
        })
      : error
  }
}

function fieldOf(pointer: string, spell: Spelling): string | undefined {
  const at = /^\/items\/(\d+)$/.exec(pointer)?.[1]
  if (at !== undefined) return spell({ type: 'item', at: Number(at) })
  switch (pointer) {
    case '/previous':
      return spell({ type: 'previous', at: 0 })
    case '/confirm':
      return 'va/confirm'
    case '/assistant':
      return 'model'
    default:
      return undefined
  }
}

const replyOf = (ctx: TurnApiContext, model: string): Reply => ({
  model,
  created: secondsOf(ctx.now()),
  publicUrl: ctx.env.PUBLIC_URL,
})
