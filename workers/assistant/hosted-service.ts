/**
 * A turn of an assistant for a program that keeps the conversation itself: its functions are the program's
 * to run, ours run here, both in one turn. Nothing is stored as a conversation; what only we have is kept
 * for the next request (kept-client.ts).
 */
import { ownerOf } from '../../shared/context.ts'
import { sha256Hex } from '../../shared/digest.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import type { Span } from '../../shared/trace-span.ts'
import { traceStream, withSpan } from '../../shared/tracing.ts'
import { requireModels } from '../flags/client-service.ts'
import { withBill } from '../usage/service.ts'
import { boundsOf, chosenFrom } from './begin-service.ts'
import { type Clock, endOf, startClock } from './end-service.ts'
import {
  fitExchanges,
  historyOf,
  idIn,
  type Item,
  messagesFrom,
  turnOf,
  turnsIn,
} from './hosted.ts'
import { keepTurn, type KeptTurn, readKept } from './kept-client.ts'
import { runTurn, type TurnJob } from './perform.ts'
import { languageOf, phrasesIn } from './phrases.ts'
import { replyOf } from './reply.ts'
import type { Part, Reply } from './schemas.ts'
import { type Served, serveAssistant } from './served-service.ts'
import type { AssistantContext } from './service.ts'
import { NOT_LIVE } from './speak.ts'
import { toolsFor } from './tool-service.ts'
import {
  type Call,
  NEW_TURN,
  type ToolChoice,
  type ToolDescription,
  type TurnState,
} from './turn-state.ts'
import { rulesFor } from './window.ts'

export type { ToolChoice } from './turn-state.ts'

export interface HostedRequest {
  /** Id or slug; undefined: the tenant's default one, or ours. */
  assistant: string | undefined
  /** What the program asks of the assistant; may be empty. */
  instructions: string
  items: readonly Item[]
  /** The program's. One hides a tool of ours that has its name. */
  functions: readonly ToolDescription[]
  toolChoice: ToolChoice
  /** Whether the model may make several calls at once. */
  isParallel: boolean
  /** The turn this one goes on from; must be kept. */
  previous?: string | undefined
  /** Whether a later turn may go on from this one. */
  isKept: boolean
  /** Names the conversation for tools that remember it; a new one without. */
  sessionId?: string | undefined
  /** Calls of an earlier turn's the user has agreed to. */
  confirm: readonly string[]
}

export type HostedEvent =
  | { type: 'begun'; turnId: string }
  | { type: 'part'; part: Part }
  /** `calls` are the program's to run, under ids that tell the turn. */
  | { type: 'done'; reply: Reply; calls: readonly Call[] }

/**
 * Parts as they come, and last `done`. Ids of our own calls tell the turn too.
 *
 * @param signal Ends the turn when the client is gone; the generator then throws an AbortError.
 * @throws ProblemError not_found for an unknown assistant or turn; conflict for an archived one;
 *   invalid_fields with a pointer below `/items`, `/tool_choice`, `/previous` or `/confirm`;
 *   budget_exceeded; dependency_down; timed_out
 */
export function hostTurn(
  ctx: AssistantContext,
  asked: HostedRequest,
  signal: AbortSignal,
): AsyncGenerator<HostedEvent> {
  const { userId } = ownerOf(ctx.actor)
  const attributes = userId === null ? {} : { user_id: userId }
  return traceStream({ name: 'agent.process_message', attributes }, (span) =>
    answer(ctx, asked, signal, span),
  )
}

async function* answer(
  asker: AssistantContext,
  asked: HostedRequest,
  signal: AbortSignal,
  span: Span,
): AsyncGenerator<HostedEvent> {
  const begun = await withSpan({ name: 'agent.build_messages' }, () => begin(asker, asked))
  const { turnId, sessionId, language, job } = begun
  const ctx = withBill(asker, turnId)
  const clock = startClock(ctx)
  ctx.metrics.inc('messages_sent_total', { conversation_type: 'text' })
  span.set({ session_id: sessionId })
  yield { type: 'begun', turnId }
  const late = AbortSignal.timeout(Number(ctx.env.TURN_TIMEOUT) * 1000)
  let refusal: ProblemError | undefined
  const sources = [...job.sources]
  const watched = {
    ...job,
    watch: () => undefined,
    refuse: (problem: ProblemError) => void (refusal = problem),
    found: (more: KeptTurn['sources']) => void sources.push(...more),
  }
  const running = runTurn(ctx, watched, AbortSignal.any([signal, late]))
  const turn = yield* follow(running, turnId, clock)
  signal.throwIfAborted()
  throwFor(turn, refusal)
  const ended = endOf(turn, clock, ctx.bill)
  const calls = turn.handedOver.map((call, at) => ({ ...call, id: idIn('call', turnId, at) }))
  const toolCalls = ended.toolCalls.map((call) => ({ ...call, id: idIn('mcp', turnId, call.id) }))
  span.set({ tool_calls_count: toolCalls.length, response_length: ended.content.length })
  const dollars = ctx.bill.microDollars / 1_000_000
  ctx.metrics.observe('voiceassist_answer_cost_dollars', { endpoint: 'assistant' }, dollars)
  const unconfirmed = toolCalls.flatMap(({ id, tool_name: name, arguments: text, status }) =>
    status === 'unconfirmed' ? [{ id, name, arguments: text }] : [],
  )
  const needsUs = calls.length > 0 && toolCalls.length > 0
  if (asked.isKept || needsUs || unconfirmed.length > 0) {
    const kept = { sessionId, before: begun.told, made: madeBy(turn, begun.shown), sources }
    ctx.defer(keepTurn(ctx, turnId, { ...kept, calls, unconfirmed }))
  }
  const reply = replyOf({ ...aboutOf(begun), language }, { ...ended, toolCalls })
  yield { type: 'done', reply, calls }
}

async function* follow(
  running: AsyncGenerator<Part, TurnState>,
  turnId: string,
  clock: Clock,
): AsyncGenerator<HostedEvent, TurnState> {
  try {
    for (;;) {
      const next = await running.next()
      if (next.done) return next.value
      if (next.value.type === 'text') clock.hear()
      const part = withTurn(next.value, turnId)
      if (part.type !== 'text' || part.text !== '') yield { type: 'part', part }
    }
  } finally {
    // Whoever listens may leave in the middle; what was said until then is charged.
    await running.return(NEW_TURN)
  }
}

const aboutOf = ({ turnId, sessionId, served, told }: Begun) => ({
  sessionId,
  messageId: turnId,
  turn: told.filter(({ role }) => role === 'user').length,
  assistantId: served?.assistantId ?? null,
  assistantVersion: served?.version ?? null,
})

/** Programs try again by themselves, so what is not whole is a failure. */
function throwFor({ reason }: TurnState, refusal: ProblemError | undefined): void {
  if (refusal) throw refusal
  if (reason === 'timed_out') {
    throw new ProblemError('timed_out', 'The answer took too long. Ask again.')
  }
  if (reason === 'unavailable') {
    const detail = 'The model provider does not answer. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { retryAfterSeconds: 5 })
  }
}

function withTurn(part: Part, turnId: string): Part {
  if (part.type !== 'tool_call' && part.type !== 'tool_result') return part
  return { ...part, id: idIn('mcp', turnId, part.id) }
}

/** What the turn added to the messages it was given. */
function madeBy({ messages, said }: TurnState, shown: number): KeptTurn['made'] {
  const made = messages.slice(shown).filter((message) => {
    return message.role !== 'assistant' || message.content !== '' || message.calls.length > 0
  })
  return said === '' ? made : [...made, { role: 'assistant', content: said, calls: [] }]
}

interface Begun {
  turnId: string
  sessionId: string
  served: Served | undefined
  language: ReturnType<typeof languageOf>
  /** The conversation as far as it is told. */
  told: KeptTurn['before']
  /** How many messages the model is shown at first. */
  shown: number
  job: Omit<TurnJob, 'watch' | 'refuse' | 'found'> & { sources: KeptTurn['sources'] }
}

async function begin(ctx: AssistantContext, asked: HostedRequest): Promise<Begun> {
  const turnId = newId(ctx.now())
  const [tools, served, kept] = await Promise.all([
    toolsFor(ctx),
    serveAssistant(ctx, asked.assistant),
    readKept(ctx, namedTurns(asked)),
    requireModels(ctx),
  ])
  const told = conversationOf(asked, kept)
  const content = served?.content ?? null
  const own = ownTools(chosenFrom(tools, content), asked)
  requireTool(asked, own)
  const previous = [...kept.values()].at(-1)
  const sessionId = asked.sessionId ?? previous?.sessionId ?? newId(ctx.now())
  const question = told.findLast(({ role }) => role === 'user')?.content ?? ''
  const language = content?.language ?? languageOf(question)
  const messages = [
    { role: 'system' as const, content: rulesFor(content ?? undefined, asked.instructions) },
    ...told,
  ]
  const job = {
    sessionId: await sessionOf(ctx, sessionId),
    messageId: turnId,
    messages,
    history: historyOf(told),
    tools: own,
    external: asked.functions,
    toolChoice: asked.toolChoice,
    isParallel: asked.isParallel,
    sources: [...kept.values()].flatMap(({ sources }) => sources),
    phrases: { ...phrasesIn(language), sorry: '' },
    confirmed: confirmedOf(asked, kept),
    bounds: boundsOf(content),
  }
  return { turnId, sessionId, served, language, told, shown: messages.length, job }
}

const namedTurns = ({ items, previous, confirm }: HostedRequest): string[] => {
  const ids = [...turnsIn(items), ...confirm.flatMap((id) => turnOf(id) ?? [])]
  return [...new Set(previous === undefined ? ids : [previous, ...ids])]
}

/** @throws ProblemError invalid_fields, not_found */
function conversationOf(
  { items, previous }: HostedRequest,
  kept: ReadonlyMap<string, KeptTurn>,
): KeptTurn['before'] {
  const before = previous === undefined ? undefined : kept.get(previous)
  if (previous !== undefined && !before) {
    throw new ProblemError(
      'not_found',
      'That turn is not kept, or no longer. Send the conversation.',
      {
        errors: [{ in: 'json', pointer: '/previous', detail: 'is not kept' }],
      },
    )
  }
  const told = messagesFrom(items, kept, before)
  if ('fault' in told) throw invalid(`/items/${told.at}`, told.fault)
  return fitExchanges(told.messages)
}

/** What tools remember a conversation by: nobody else's, whatever is named. */
async function sessionOf({ tenantId, actor }: AssistantContext, named: string): Promise<string> {
  const { userId, keyId } = ownerOf(actor)
  const hex = await sha256Hex(JSON.stringify([tenantId, userId, keyId, named]))
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
}

function ownTools(tools: TurnJob['tools'], { functions, toolChoice }: HostedRequest) {
  if (toolChoice === 'none') return new Map()
  const theirs = new Set(functions.map(({ name }) => name))
  return new Map([...tools].filter(([name]) => !NOT_LIVE.has(name) && !theirs.has(name)))
}

/** @throws ProblemError invalid_fields */
function requireTool({ toolChoice, functions }: HostedRequest, own: TurnJob['tools']): void {
  if (typeof toolChoice === 'string') return
  const { name } = toolChoice
  if (own.has(name) || functions.some((one) => one.name === name)) return
  throw invalid('/tool_choice', `There is no function ${name} among those of this request.`)
}

/** @throws ProblemError invalid_fields */
function confirmedOf({ confirm }: HostedRequest, kept: ReadonlyMap<string, KeptTurn>) {
  return confirm.map((id) => {
    const turn = kept.get(turnOf(id) ?? '')
    const call = turn?.unconfirmed.find((one) => one.id === id)
    if (!call) throw invalid('/confirm', `No call ${id} waits to be confirmed.`)
    return { name: call.name, arguments: call.arguments }
  })
}

function invalid(pointer: string, detail: string): ProblemError {
  return new ProblemError('invalid_fields', detail, { errors: [{ in: 'json', pointer, detail }] })
}
