/**
 * A message to the assistant and its answer. Conversations as things are conversation-service.ts; the
 * turn itself is turn.ts, carried out by perform.ts.
 */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import type { Span } from '../../shared/trace-span.ts'
import { noteSession, traceStream, withSpan } from '../../shared/tracing.ts'
import { requireModels } from '../flags/client-service.ts'
import { type Bill, withBill } from '../usage/service.ts'
import { runTurn, type TurnContext, type TurnJob } from './perform.ts'
import { languageOf, phrasesIn } from './phrases.ts'
import { advance, formatPosition, type Position, remainder, START } from './position.ts'
import { replyOf } from './reply.ts'
import type { Language, NewMessage, Part, Reply, Usage } from './schemas.ts'
import * as store from './store.ts'
import { toolsFor } from './tool-service.ts'
import { NEW_TURN, type TurnState } from './turn-state.ts'
import { textOf } from './turn.ts'
import { messagesOf } from './window.ts'

export { type Live, prepareLive } from './live-service.ts'
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

/** Earlier messages that are looked at; the token budget cuts long before. */
const HISTORY = 60
/** What a turn may need beyond its time to be written down. */
const GRACE_MS = 5000
const POLL_MS = 300

/**
 * Answers a message: parts as they come, and last `done` with the whole reply.
 *
 * @param signal Ends the turn when the client is gone; what was said by then is stored as partial.
 * @throws ProblemError not_found for another's conversation, conflict while a turn of it runs,
 *   timed_out when the turn took too long, budget_exceeded, dependency_down
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
  const { sessionId, answerId: messageId, job, turn } = begun
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
    const dollars = ctx.bill.microDollars / 1_000_000
    ctx.metrics.observe('voiceassist_answer_cost_dollars', { endpoint: 'assistant' }, dollars)
    if (last.reason === 'timed_out') throw tooLate()
    if (refusal && last.parts.length === 0) throw refusal
    yield* ending(replyOf({ sessionId, messageId, turn, language: begun.language }, ended))
  } finally {
    // The reader left before the end.
    if (!isStored) ctx.defer(store.endTurn(ctx, begun, endOf(last, clock, ctx.bill)))
  }
}

function* ending(reply: Reply): Generator<MessageEvent> {
  yield { type: 'usage', usage: reply.usage }
  yield { type: 'done', reply }
}

interface Begun {
  sessionId: string
  answerId: string
  turn: number
  language: Language
  /** Whether the conversation has had all its turns. */
  isOver: boolean
  job: Omit<TurnJob, 'watch' | 'refuse' | 'phrases'> & { phrases: ReturnType<typeof phrasesIn> }
}

async function begin(ctx: AssistantContext, asked: NewMessage): Promise<Begun> {
  const now = ctx.now().getTime()
  const [tools] = await Promise.all([toolsFor(ctx), requireModels(ctx)])
  const guessed = asked.language ?? languageOf(asked.message)
  const sessionId = asked.session_id ?? newId(ctx.now())
  if (!asked.session_id) {
    const title = asked.message.replace(/\s+/g, ' ').trim().slice(0, 80)
    const isMade = await store.insertSession(ctx, { id: sessionId, title, language: guessed })
    if (!isMade) throw new ProblemError('forbidden', 'You are no member of this tenant any more.')
  }
  const [questionId, answerId] = [newId(new Date(now)), newId(new Date(now + 1))]
  const busyUntil = new Date(now + Number(ctx.env.TURN_TIMEOUT) * 1000 + GRACE_MS)
  const claim = { sessionId, questionId, answerId, question: asked.message, busyUntil }
  const { session, turn, earlier } = await store.claimTurn(ctx, claim, HISTORY)
  if (!session) throw new ProblemError('not_found', 'You have no such conversation.')
  if (turn === undefined) {
    const detail = 'The last message of this conversation is still being answered. Wait for it.'
    throw new ProblemError('conflict', detail, { retryAfterSeconds: 2 })
  }
  const isOver = turn > Number(ctx.env.MAX_TURNS)
  if (isOver) ctx.metrics.inc('voiceassist_max_turns_reached_total', {})
  const language = asked.language ?? session.language
  const history = [...asked.external_history, ...earlier.toReversed().filter(isTold).map(toTurn)]
  return {
    sessionId,
    answerId,
    turn,
    language,
    isOver,
    job: {
      sessionId,
      messageId: answerId,
      messages: messagesOf({ message: asked.message, history, language: asked.language }),
      history,
      tools,
      phrases: phrasesIn(language),
      confirmed: confirmedOf(asked.confirm, earlier[0]),
    },
  }
}

const isTold = ({ content, status }: store.MessageRow) => content !== '' && status !== 'failed'
const toTurn = ({ role, content }: store.MessageRow) => ({ role, content })

/** The calls the last answer asked the user to agree to, as far as they did. */
function confirmedOf(ids: readonly string[], last: store.MessageRow | undefined) {
  return (last?.toolCalls ?? [])
    .filter(({ id, status }) => status === 'unconfirmed' && ids.includes(id))
    .map(({ tool_name: name, arguments: text }) => ({ name, arguments: text }))
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

function endOf(turn: TurnState = NEW_TURN, clock: Clock, bill: Bill): store.Ended {
  const { parts, calls, usage, model } = turn
  const content = textOf(turn)
  const isOpen = turn.status === 'running'
  const failed = calls.some(({ status }) => status === 'failed')
  return {
    status: isOpen ? (content ? 'partial' : 'failed') : turn.status,
    reason: isOpen ? 'cancelled' : turn.reason,
    content,
    parts: [...parts],
    toolCalls: [...calls],
    model,
    fallbackUsed: failed || turn.modelFellBack || turn.reason === 'unavailable',
    usage,
    costMicroDollars: bill.microDollars,
    timings: clock.timings(),
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
    const { message, busyUntil } = found
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
      yield* ending(replyOf({ sessionId, messageId, turn, language }, message))
      return
    }
    if (!busyUntil || busyUntil <= ctx.now()) throw tooLate()
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    signal.throwIfAborted()
  }
}

const tooLate = () => new ProblemError('timed_out', 'The answer took too long. Ask again.')

type Clock = ReturnType<typeof startClock>

/** Milliseconds of the turn. */
function startClock({ now }: AssistantContext) {
  const began = now().getTime()
  let firstMs: number | undefined
  return {
    hear: () => void (firstMs ??= now().getTime() - began),
    timings(): Record<string, number> {
      const total_ms = now().getTime() - began
      return firstMs === undefined ? { total_ms } : { first_token_ms: firstMs, total_ms }
    },
  }
}
