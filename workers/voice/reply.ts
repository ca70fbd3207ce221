/**
 * One reply, from its creation to what its model says. There is one at a time; whoever wants the floor
 * ends it first, through `interrupt` of ending.ts. How its words become sound is voicing.ts.
 */
import type { ResponseCreate } from './config.ts'
import {
  findItem,
  hasPendingTranscript,
  questionOf,
  remarksOf,
  replaceItem,
} from './conversation.ts'
import { end } from './ending.ts'
import { LIMITS } from './limits.ts'
import { takeMarks } from './marks.ts'
import {
  chain,
  type Effect,
  newId,
  type Question,
  type Response,
  type Session,
  type SessionEventOf,
  send,
  type Step,
} from './session.ts'
import { functionsIn, platformToolsIn } from './tools.ts'
import { openItem, speak } from './voicing.ts'
import { events } from './wire.ts'

/** Said when the last turn is over. */
export const FAREWELL = 'That was our last question for today. Thank you, and goodbye.'

/**
 * Begins a reply; it waits while something said is still being transcribed.
 *
 * @param asked A client's own `response.create`; absent when a turn asks for the reply.
 */
export function respond(session: Session, asked?: ResponseCreate): Step {
  const [id, numbered] = newId(session, 'resp')
  const response: Response = {
    id,
    turn: numbered.serial,
    stage: 'waiting',
    isAsked: asked !== undefined,
    itemId: null,
    ...mannerOf(session, asked),
    outputs: 0,
    itemIndex: 0,
    held: '',
    rest: '',
    calls: [],
    clauses: [],
    usage: { inputTokens: 0, outputTokens: 0 },
  }
  const begun = { ...numbered, response }
  return chain([begun, send(events.responseCreated(begun, response))], proceed)
}

/** How to reply: as this request says, else as the session does. */
function mannerOf({ config }: Session, asked: ResponseCreate = {}) {
  const { output } = config.audio
  const asOutput = asked.audio?.output ?? {}
  const { voice = output.voice, speed = output.speed, format = output.format } = asOutput
  const [modality] = asked.output_modalities ?? config.output_modalities
  const tools = asked.tools ?? config.tools
  const told = {
    instructions: asked.instructions ?? config.instructions,
    tools: functionsIn(tools),
    platformTools: platformToolsIn(tools),
    toolChoice: asked.tool_choice ?? config.tool_choice,
  }
  return { modality, voice, speed, format, metadata: asked.metadata ?? null, ...told }
}

/** Asks the model as soon as all that was said is known; without a question, says nothing. */
export function proceed(session: Session): Step {
  const { response } = session
  if (response?.stage !== 'waiting' || hasPendingTranscript(session)) return [session, []]
  const asked = questionOf(session, response.isAsked)
  if (!asked) return end(session, { status: 'completed' })
  const working = { ...session, response: { ...response, stage: 'working' as const } }
  if (isExhausted(session, asked)) return farewell(working)
  const { turn, tools, platformTools, toolChoice } = response
  const instructions = [response.instructions, ...remarksOf(session)].filter(Boolean).join('\n')
  const manner = { instructions, tools, platformTools, toolChoice }
  const effect: Effect = { type: 'answer', turn, ...asked, ...manner }
  const turns = session.turns + (asked.exchanges.length > 0 ? 0 : 1)
  return [{ ...working, turns, replies: session.replies + 1 }, [effect]]
}

/** A reply that goes on after functions is part of its question, as long as that is not for ever. */
function isExhausted({ turns, maxTurns, replies }: Session, { exchanges }: Question): boolean {
  const isNew = exchanges.length === 0
  return (isNew && turns >= maxTurns) || replies >= maxTurns * LIMITS.repliesPerTurn
}

export function hearAnswer(session: Session, text: string): Step {
  return chain(openItem(session), (opened) => {
    const { response } = opened
    if (!response) return [opened, []]
    if (response.modality === 'text') return write(opened, response, text)
    const { said, held } = takeMarks(response.held + text)
    return speak({ ...opened, response: { ...response, held } }, said, false)
  })
}

export function cite(session: Session, { citation }: SessionEventOf<'cited'>): Step {
  return chain(openItem(session), (opened) => {
    const { response } = opened
    if (!response?.itemId) return [opened, []]
    return [opened, send(events.cited(response, response.itemId, citation))]
  })
}

/** The whole text is there: what was held back is spoken too. */
export function endAnswer(
  session: Session,
  { usage, calls }: Pick<SessionEventOf<'answer_ended'>, 'usage' | 'calls'>,
): Step {
  const { response } = session
  if (!response) return [session, []]
  const told = { ...session, response: { ...response, usage, calls, held: '' } }
  if (response.modality === 'text') return complete(told)
  return chain(speak(told, response.held, true), (spoken) => [
    spoken,
    [{ type: 'finish', turn: response.turn }],
  ])
}

/** Written replies keep their citation marks: they are read, and the numbers are the citations'. */
function write(session: Session, response: Response, text: string): Step {
  const item = findItem(session, response.itemId)
  if (item?.type !== 'message') return [session, []]
  const [said] = item.content
  if (said?.type !== 'output_text') return [session, []]
  const written = { ...item, content: [{ ...said, text: said.text + text }] }
  return [replaceItem(session, written), send(events.textDelta(response, item.id, text))]
}

/** Ends the reply as it should; after the last turn, the farewell follows. */
export function complete(session: Session): Step {
  const { turns, maxTurns, phase, response } = session
  const isOver = turns >= maxTurns && phase === 'open' && response?.calls.length === 0
  return chain(end(session, { status: 'completed' }), (ended) =>
    isOver ? respond(ended, {}) : [ended, []],
  )
}

/** The last words instead of an answer; the session closes when they have been played. */
function farewell(session: Session): Step {
  const usage = { inputTokens: 0, outputTokens: 0 }
  const leaving = { ...session, phase: 'farewell' as const }
  return chain(hearAnswer(leaving, FAREWELL), (said) => endAnswer(said, { usage, calls: [] }))
}
