/**
 * How a turn begins: its conversation and its assistant are found or made, the turn is let in, and what
 * the model is told is put together. The turn itself is service.ts.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { requireModels } from '../flags/client-service.ts'
import type { AssistantContent } from './assistant-schemas.ts'
import type { Tool } from './define-service.ts'
import type { Bounds, TurnJob } from './perform.ts'
import { languageOf, phrasesIn } from './phrases.ts'
import type { Language, NewMessage, Turn } from './schemas.ts'
import { fieldOf, getNamed, serveAssistant } from './served-service.ts'
import type { AssistantContext } from './service.ts'
import * as store from './store.ts'
import type { Memory } from './summary-service.ts'
import { toolsFor } from './tool-service.ts'
import { messagesOf } from './window.ts'

/** Earlier messages that are looked at; the token budget cuts long before. */
const HISTORY = 60
/** What a turn may need beyond its time to be written down. */
const GRACE_MS = 5000

export interface Begun {
  sessionId: string
  answerId: string
  turn: number
  language: Language
  assistantId: string | null
  assistantVersion: number | null
  /** Whether the conversation has had all its turns. */
  isOver: boolean
  job: Omit<TurnJob, 'watch' | 'refuse' | 'phrases'> & { phrases: ReturnType<typeof phrasesIn> }
  /** What the conversation was before this turn. */
  memory: Memory
}

/**
 * @throws ProblemError not_found for another's conversation or an unknown assistant; conflict while a
 *   turn runs, or where the assistant is archived or gone; invalid_fields for another assistant than
 *   the conversation's; forbidden; dependency_down
 */
export async function begin(ctx: AssistantContext, asked: NewMessage): Promise<Begun> {
  const now = ctx.now().getTime()
  const [tools, place] = await Promise.all([toolsFor(ctx), placeOf(ctx, asked), requireModels(ctx)])
  const { sessionId, assistantId, begins } = place
  const [questionId, answerId] = [newId(new Date(now)), newId(new Date(now + 1))]
  const busyUntil = new Date(now + Number(ctx.env.TURN_TIMEOUT) * 1000 + GRACE_MS)
  const question = asked.message
  const claim = { sessionId, assistantId, questionId, answerId, question, busyUntil, begins }
  const claimed = await store.claimTurn(ctx, claim, HISTORY)
  const { isOrphan, session, content, turn, earlier } = claimed
  if (isOrphan) throw new ProblemError('forbidden', 'You are no member of this tenant any more.')
  if (!session) throw new ProblemError('not_found', 'You have no such conversation.')
  if (turn === undefined) throw refusalOf(session, content, assistantId)
  if (isOver(ctx, turn, content)) ctx.metrics.inc('voiceassist_max_turns_reached_total', {})
  const language = asked.language ?? session.language
  const memory = memoryOf(session, earlier)
  const history = [...asked.external_history, ...memory.said.map(toTurn)]
  return {
    sessionId,
    answerId,
    turn,
    language,
    assistantId: session.assistantId,
    assistantVersion: session.assistantVersion,
    isOver: isOver(ctx, turn, content),
    job: {
      sessionId,
      messageId: answerId,
      messages: messagesOf({
        message: asked.message,
        history,
        language: asked.language ?? content?.language ?? undefined,
        assistant: content ?? undefined,
        summary: memory.summary,
      }),
      history,
      tools: chosenFrom(tools, content),
      phrases: phrasesIn(language),
      confirmed: confirmedOf(asked.confirm, earlier[0]),
      bounds: boundsOf(content),
    },
    memory,
  }
}

const isOver = ({ env }: AssistantContext, turn: number, content: AssistantContent | null) =>
  turn > (content?.limits.max_turns ?? Number(env.MAX_TURNS))

function memoryOf(session: store.SessionRow, earlier: readonly store.MessageRow[]): Memory {
  const { summary, summaryTurn } = session
  const fresh = earlier.toReversed().filter((one) => isTold(one) && one.turn > summaryTurn)
  return { summary, summaryTurn, said: fresh.map((one) => ({ ...toTurn(one), turn: one.turn })) }
}

interface Place {
  sessionId: string
  /** The one the conversation must have; undefined: whichever it has. */
  assistantId: string | undefined
  begins: store.NewSession | undefined
}

/** The conversation that is named, or a new one. */
async function placeOf(ctx: AssistantContext, asked: NewMessage): Promise<Place> {
  const { session_id: known, assistant: named } = asked
  if (known !== undefined) {
    const assistant = named === undefined ? undefined : await getNamed(ctx, named)
    return { sessionId: known, assistantId: assistant?.id, begins: undefined }
  }
  const served = await serveAssistant(ctx, named)
  const sessionId = newId(ctx.now())
  const begins = {
    id: sessionId,
    title: asked.message.replace(/\s+/g, ' ').trim().slice(0, 80),
    language: asked.language ?? served?.content.language ?? languageOf(asked.message),
    assistantId: served?.assistantId ?? null,
    assistantVersion: served?.version ?? null,
  }
  return { sessionId, assistantId: undefined, begins }
}

/** Why the turn was not let in. */
function refusalOf(
  session: store.SessionRow,
  content: AssistantContent | null,
  wanted: string | undefined,
): ProblemError {
  if (wanted !== undefined && session.assistantId !== wanted) {
    const errors = [fieldOf('is not the one this conversation began with')]
    const detail = 'A conversation keeps its assistant. Leave it out, or begin a new conversation.'
    return new ProblemError('invalid_fields', detail, { errors })
  }
  if (session.assistantId !== null && content === null) {
    const detail = 'The assistant of this conversation was deleted. Begin a new conversation.'
    return new ProblemError('conflict', detail)
  }
  const detail = 'The last message of this conversation is still being answered. Wait for it.'
  return new ProblemError('conflict', detail, { retryAfterSeconds: 2 })
}

export const boundsOf = (content: AssistantContent | null): Bounds => ({
  knowledgeBases: content?.knowledge_bases ?? null,
  model: content?.model ?? null,
  maxTokens: content?.limits.max_answer_length ?? null,
  maxSteps: content?.limits.max_steps ?? null,
})

export function chosenFrom(tools: ReadonlyMap<string, Tool>, content: AssistantContent | null) {
  const names = content?.tools ?? null
  return names === null ? tools : new Map([...tools].filter(([name]) => names.includes(name)))
}

const isTold = ({ content, status }: store.MessageRow) => content !== '' && status !== 'failed'
const toTurn = ({ role, content }: Turn) => ({ role, content })

/** The calls the last answer asked the user to agree to, as far as they did. */
function confirmedOf(ids: readonly string[], last: store.MessageRow | undefined) {
  return (last?.toolCalls ?? [])
    .filter(({ id, status }) => status === 'unconfirmed' && ids.includes(id))
    .map(({ tool_name: name, arguments: text }) => ({ name, arguments: text }))
}
