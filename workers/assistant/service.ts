/**
 * A message to the assistant and its answer. Conversations as things are conversation-service.ts; the
 * turn itself is turn.ts, carried out by perform.ts.
 */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { Span } from '../../shared/trace-span.ts'
import { noteSession, traceStream, withSpan } from '../../shared/tracing.ts'
import { withBill } from '../usage/service.ts'
import { begin, type Begun } from './begin-service.ts'
import { type Clock, endOf, startClock } from './end-service.ts'
import { runTurn, type TurnContext } from './perform.ts'
import { languageOf } from './phrases.ts'
import { advance, formatPosition, type Position, remainder, START } from './position.ts'
import { replyOf } from './reply.ts'
import type { NewMessage, Part, Reply, Usage } from './schemas.ts'
import * as store from './store.ts'
import { summarise } from './summary-service.ts'
import { NEW_TURN, type TurnState } from './turn-state.ts'

export {
  type HostedEvent,
  type HostedRequest,
  hostTurn,
  type ToolChoice,
} from './hosted-service.ts'
export { assistantNames } from './served-service.ts'
export { type Live, prepareLive } from './live-service.ts'
export type { AssistantContent } from './assistant-schemas.ts'
export { serveAssistant } from './served-service.ts'
export type { SpokenRequest } from './speak.ts'
export { converse, type SpeakContext } from './speak-service.ts'

export type AssistantContext = TurnContext & WithEnv<{ readonly MAX_TURNS: string }>

export type MessageEvent =
  /** First, and never sent twice. */
  | { type: 'begun'; sessionId: string; messageId: string }
  /** `position` is the one behind it. */
  | { type: 'part'; part: Part; position: string }
  | { type: 'usage'; usage: Usage }
  | { type: 'done'; reply: Reply }

const POLL_MS = 300

/**
 * Answers a message: parts as they come, and last `done` with the whole reply.
 *
 * @param signal Ends the turn when the client is gone; what was said by then is stored as partial.
 * @throws ProblemError not_found for another's conversation or an unknown assistant, conflict while a
 *   turn of it runs or for an archived assistant, timed_out when the turn took too long, budget_exceeded, dependency_down
 */
export function sendMessage(
  ctx: AssistantContext,
  asked: NewMessage,
  signal: AbortSignal,
): AsyncGenerator<MessageEvent> {
  const who = ctx.actor.type === 'user' ? { user_id: ctx.actor.userId } : {}
  const attributes = { input_length: asked.message.length, ...who }
  return traceStream({ name: 'agent.process_message', attributes }, (span) =>
    answer(ctx, asked, signal, span),
  )
}

async function* answer(
  asker: AssistantContext,
  asked: NewMessage,
  signal: AbortSignal,
  span: Span,
): AsyncGenerator<MessageEvent> {
  const begun = await withSpan({ name: 'agent.build_messages' }, () => begin(asker, asked))
  const { sessionId, answerId: messageId, job } = begun
  const ctx = withBill(asker, messageId)
  noteSession(sessionId)
  span.set({ session_id: sessionId })
  ctx.metrics.inc('messages_sent_total', { conversation_type: 'text' })
  yield { type: 'begun', sessionId, messageId }
  const clock = startClock(ctx)
  const late = AbortSignal.timeout(Number(ctx.env.TURN_TIMEOUT) * 1000)
  let last: TurnState | undefined
  let refusal: ProblemError | undefined
  let isStored = false
  try {
    const parts = begun.isOver
      ? farewell(job.phrases.farewell)
      : runTurn(
          ctx,
          {
            ...job,
            watch: (state) => void (last = state),
            refuse: (problem) => void (refusal = problem),
          },
          AbortSignal.any([signal, late]),
        )
    last = yield* follow(parts, clock)
    const ended = endOf(last, clock, ctx.bill)
    span.set({ tool_calls_count: ended.toolCalls.length, response_length: ended.content.length })
    await withSpan({ name: 'agent.format_response' }, () => store.endTurn(ctx, begun, ended))
    isStored = true
    if (last.model !== null) ctx.defer(remember(asker, begun, asked.message, ended.content))
    const dollars = ctx.bill.microDollars / 1_000_000
    ctx.metrics.observe('voiceassist_answer_cost_dollars', { endpoint: 'assistant' }, dollars)
    if (last.reason === 'timed_out') throw tooLate()
    if (refusal && last.parts.length === 0) throw refusal
    yield* ending(replyOf({ ...begun, messageId }, ended))
  } finally {
    // The reader left before the end.
    if (!isStored) ctx.defer(store.endTurn(ctx, begun, endOf(last, clock, ctx.bill)))
  }
}

/** Off the bill: it is not this answer that costs it. */
function remember(
  ctx: AssistantContext,
  { sessionId, turn, memory }: Begun,
  message: string,
  answered: string,
): Promise<void> {
  const said = [
    ...memory.said,
    { role: 'user' as const, content: message, turn },
    { role: 'assistant' as const, content: answered, turn },
  ]
  return summarise(ctx, sessionId, { ...memory, said })
}

function* ending(reply: Reply): Generator<MessageEvent> {
  yield { type: 'usage', usage: reply.usage }
  yield { type: 'done', reply }
}

async function* farewell(text: string): AsyncGenerator<Part, TurnState> {
  yield { type: 'text', text }
  const parts: Part[] = [{ type: 'text', text }]
  return { ...NEW_TURN, stage: 'done', parts, status: 'complete', reason: 'turn_limit' }
}

async function* follow(
  parts: AsyncGenerator<Part, TurnState>,
  clock: Clock,
): AsyncGenerator<MessageEvent, TurnState> {
  let at: Position = START
  try {
    for (;;) {
      const next = await parts.next()
      if (next.done) return next.value
      if (next.value.type === 'text') clock.hear()
      at = advance(at, next.value)
      yield { type: 'part', part: next.value, position: formatPosition(at) }
    }
  } finally {
    await parts.return(NEW_TURN)
  }
}

/**
 * What is left of an answer behind `from`, for a reader whose stream broke. While the turn runs it is
 * waited for.
 *
 * @throws ProblemError not_found; timed_out when the turn took too long or was given up on
 */
export async function* resumeMessage(
  ctx: AssistantContext,
  messageId: string,
  from: Position,
  signal: AbortSignal,
): AsyncGenerator<MessageEvent> {
  for (;;) {
    const found = await store.findMessage(ctx, messageId)
    if (found?.message.role !== 'assistant') {
      throw new ProblemError('not_found', 'There is no such answer of yours.')
    }
    const { message, busyUntil, assistantId, assistantVersion } = found
    const { sessionId, turn } = message
    if (message.status !== 'running') {
      yield { type: 'begun', sessionId, messageId }
      let at = from
      for (const part of remainder(message.parts, from)) {
        at = advance(at, part)
        yield { type: 'part', part, position: formatPosition(at) }
      }
      if (message.reason === 'timed_out') throw tooLate()
      const language = languageOf(message.content)
      const about = { sessionId, messageId, turn, language, assistantId, assistantVersion }
      yield* ending(replyOf(about, message))
      return
    }
    if (!busyUntil || busyUntil <= ctx.now()) throw tooLate()
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    signal.throwIfAborted()
  }
}

const tooLate = () => new ProblemError('timed_out', 'The answer took too long. Ask again.')
