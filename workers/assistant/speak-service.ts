/**
 * One reply in a live conversation. The documents are searched before the model is asked and what they say goes
 * along with the question, so there is one call of the model before the first word. The platform's tools
 * run here; the client's functions are the client's, who comes back with their results.
 */
import { ProblemError } from '../../shared/errors.ts'
import { type Found, type KnowledgeContext, searchKnowledge } from '../knowledge/service.ts'
import { boundsOf, chosenFrom } from './begin-service.ts'
import type { ModelContext } from './chat-client.ts'
import { withFiller } from './filler.ts'
import { runTurn, type TurnContext, type TurnJob } from './perform.ts'
import { languageOf, phrasesIn } from './phrases.ts'
import type { Part } from './schemas.ts'
import { NOT_LIVE, type SpokenEvent, type SpokenRequest, spokenMessages } from './speak.ts'
import { toolsFor } from './tool-service.ts'
import { NEW_TURN, type TurnState } from './turn-state.ts'

export type SpeakContext = ModelContext & TurnContext & KnowledgeContext

/** Milliseconds of silence while a tool runs before something is said. */
const FILLER_MS = 800

/**
 * Yields what is said and done, in order, and last `done`. Statements whose marks prove nothing are
 * withheld.
 *
 * @param signal Stops search, model and tools; the generator then throws an AbortError.
 * @throws ProblemError dependency_down when no model answers; budget_exceeded
 */
export async function* converse(
  ctx: SpeakContext,
  asked: SpokenRequest,
  signal: AbortSignal,
): AsyncGenerator<SpokenEvent> {
  const began = ctx.now().getTime()
  const [found, tools] = await Promise.all([
    searchFor(ctx, asked, signal),
    platformTools(ctx, asked),
  ])
  const askedAt = ctx.now().getTime()
  const phrases = { ...phrasesIn(languageOf(asked.question)), sorry: '' }
  let [refusal, now] = [undefined as ProblemError | undefined, NEW_TURN]
  const job: TurnJob = {
    sessionId: asked.sessionId,
    messageId: asked.turnId,
    messages: spokenMessages(asked, found.text),
    history: asked.history,
    tools,
    external: asked.tools,
    toolChoice: asked.toolChoice,
    sources: found.sources,
    phrases,
    confirmed: [],
    bounds: boundsOf(asked.assistant ?? null),
    watch: (state) => void (now = state),
    refuse: (problem) => void (refusal = problem),
  }
  const turn = follow(runTurn(ctx, job, signal))
  const filler = { type: 'filler' as const, text: `${phrases.oneMoment} ` }
  let [firstTokenMs, isWaiting] = [undefined as number | undefined, false]
  const parts = withFiller(turn.parts, { afterMs: FILLER_MS, filler, isWaiting: () => isWaiting })
  for await (const part of parts) {
    firstTokenMs ??= ctx.now().getTime() - askedAt
    // Whoever has words already hears them while the tool runs.
    isWaiting = part.type === 'tool_call' && !turn.hasSaid()
    const event = eventOf(part, now)
    if (event) yield event
  }
  signal.throwIfAborted()
  const { handedOver: calls, usage, reason } = turn.last()
  if (refusal) throw refusal
  if (reason === 'unavailable') throw noModel()
  yield {
    type: 'done',
    calls,
    usage,
    timings: { searchMs: askedAt - began, firstTokenMs: firstTokenMs ?? 0 },
  }
}

/** The parts as they come; afterwards the turn they made. */
function follow(running: AsyncGenerator<Part, TurnState>) {
  let [last, hasSaid] = [NEW_TURN, false]
  async function* parts(): AsyncGenerator<Part> {
    try {
      for (;;) {
        const next = await running.next()
        if (next.done) return void (last = next.value)
        hasSaid ||= next.value.type === 'text' && next.value.text.trim() !== ''
        yield next.value
      }
    } finally {
      // Whoever listens may leave in the middle; what was said until then is charged.
      await running.return(last)
    }
  }
  return { parts: parts(), last: () => last, hasSaid: () => hasSaid }
}

type Shown = Part | Extract<SpokenEvent, { type: 'filler' }>

/** @param turn As it is now: it has results whole, of which parts show the beginning. */
function eventOf(part: Shown, turn: TurnState): SpokenEvent | undefined {
  switch (part.type) {
    case 'text':
      return part.text === '' ? undefined : { type: 'delta', text: part.text }
    case 'tool_call': {
      const { id: callId, tool_name: name, arguments: text } = part
      return { type: 'tool_called', callId, name, arguments: text }
    }
    case 'tool_result': {
      const content = resultOf(turn, part.id) ?? part.content
      return { type: 'tool_returned', callId: part.id, ok: part.ok, content }
    }
    case 'citation':
    case 'filler':
      return part
  }
}

function resultOf({ messages, open }: TurnState, callId: string): string | undefined {
  const told = messages.find((message) => message.role === 'tool' && message.callId === callId)
  return told?.content ?? open.find(({ id }) => id === callId)?.result
}

function noModel(): ProblemError {
  const detail = 'The model provider does not answer. Try again shortly.'
  return new ProblemError('dependency_down', detail, { retryAfterSeconds: 5 })
}

/** Of those the caller may use, those this reply may; a function of the client's hides its namesake. */
export async function platformTools(
  ctx: SpeakContext,
  { platformTools: wanted, tools, toolChoice, assistant }: SpokenRequest,
): Promise<TurnJob['tools']> {
  if (toolChoice === 'none' || wanted.length === 0) return new Map()
  const theirs = new Set(tools.map(({ name }) => name))
  const own = [...chosenFrom(await toolsFor(ctx), assistant ?? null)].filter(
    ([name]) =>
      !NOT_LIVE.has(name) && !theirs.has(name) && (wanted === 'all' || wanted.includes(name)),
  )
  return new Map(own)
}

const NOTHING: Found = { text: '', sources: [] }

/** A conversation goes on without the documents while they cannot be searched. */
export async function searchFor(
  ctx: SpeakContext,
  { question, history, searches, assistant }: SpokenRequest,
  signal: AbortSignal,
): Promise<Found> {
  if (!searches) return NOTHING
  try {
    const kbs = assistant?.knowledge_bases ?? undefined
    const asked = { question, history: [...history], isRewritten: false, ...(kbs && { kbs }) }
    const found = await searchKnowledge(ctx, asked, signal)
    return found.sources.length > 0 ? found : NOTHING
  } catch (error) {
    signal.throwIfAborted()
    ctx.log.error('the documents could not be searched', { error })
    return NOTHING
  }
}
