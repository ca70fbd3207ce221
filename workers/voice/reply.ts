/**
 * One reply, from its creation to what its model says. There is one at a time; whoever wants the floor
 * ends it first, through `interrupt` of ending.ts. How its words become sound is voicing.ts.
 */
import type { ResponseCreate } from './config.ts'
import {
  contextOf,
  findItem,
  historyOf,
  hasPendingTranscript,
  questionOf,
  remarksOf,
  replaceItem,
} from './conversation.ts'
import { adopt } from './draft.ts'
import { end } from './ending.ts'
import { LIMITS } from './limits.ts'
import { takeMarks } from './marks.ts'
import {
  chain,
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

/** Said to a caller who says nothing. */
export const STILL_THERE = 'Are you still there?'

/**
 * Begins a reply; it waits while something said is still being transcribed.
 *
 * @param asked A client's own `response.create`; absent when a turn asks for the reply.
 */
export function respond(session: Session, asked?: ResponseCreate): Step {
  const [numbered, response] = beginReply(session, asked)
  const begun = { ...numbered, response }
  return chain([begun, send(events.responseCreated(begun, response))], proceed)
}

/** A reply that says nothing yet, and the session whose number it has. */
export function beginReply(session: Session, asked?: ResponseCreate): [Session, Response] {
  const [id, numbered] = newId(session, 'resp')
  const response: Response = {
    id,
    turn: numbered.serial,
    stage: 'waiting',
    isAsked: asked !== undefined,
    itemId: null,
    isAside: false,
    context: (asked?.input && contextOf(session, asked.input)) ?? null,
    ...mannerOf(session, asked),
    outputs: 0,
    itemIndex: 0,
    held: '',
    rest: '',
    calls: [],
    clauses: [],
    usage: { inputTokens: 0, outputTokens: 0 },
  }
  return [numbered, response]
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
  const { context, isAsked } = response
  const asked = questionOf(context ?? session.items, isAsked || context !== null)
  if (!asked) return end(session, { status: 'completed' })
  const working = { ...session, response: { ...response, stage: 'working' as const } }
  if (isExhausted(session, asked)) return farewell(working)
  const turns = session.turns + (asked.exchanges.length > 0 ? 0 : 1)
  const counted = { ...working, turns, replies: session.replies + 1 }
  return adopt(...replyTo(counted, response, { ...asked, searches: context === null }))
}

/** Asks the model. */
export function replyTo(session: Session, response: Response, question: Question): Step {
  const { turn, tools, platformTools, toolChoice, context } = response
  const { modality, voice, speed, format } = response
  const told = remarksOf(context ?? session.items, session.whispers)
  const instructions = [response.instructions, ...told].filter(Boolean).join('\n')
  const output = { modality, voice, speed, format }
  const manner = { instructions, tools, platformTools, toolChoice, ...output }
  const working = { ...response, stage: 'working' as const }
  return [{ ...session, response: working }, [{ type: 'answer', turn, ...question, ...manner }]]
}

/** What a caller who says nothing is asked, as the model is told it. */
const SILENCE =
  '(The caller has said nothing for a while. Ask briefly whether they are still there.)'

/** The assistant speaks first: as its instructions have it, else in words of ours. */
export function prompt(session: Session): Step {
  const [numbered, response] = beginReply(session)
  const begun = { ...numbered, response, replies: session.replies + 1 }
  return chain([begun, send(events.responseCreated(begun, response))], (next) => {
    if (response.instructions === '')
      return recite({ ...next, response: { ...response, stage: 'working' } }, STILL_THERE)
    const question = {
      question: SILENCE,
      history: historyOf(next.items),
      exchanges: [],
      itemId: null,
    }
    return replyTo(next, response, { ...question, searches: false })
  })
}

/** A reply that goes on after functions is part of its question, as long as that is not for ever. */
function isExhausted(
  { turns, maxTurns, replies }: Session,
  { exchanges }: Pick<Question, 'exchanges'>,
): boolean {
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
  return recite({ ...session, phase: 'farewell' }, FAREWELL)
}

/** A reply of our own words, such as the last one of a session. */
export function bid(session: Session, text: string): Step {
  const [numbered, response] = beginReply(session)
  const begun = { ...numbered, response: { ...response, stage: 'working' as const } }
  return chain([begun, send(events.responseCreated(begun, response))], (next) => recite(next, text))
}

/** Says words of our own, without a model. */
function recite(session: Session, text: string): Step {
  const usage = { inputTokens: 0, outputTokens: 0 }
  return chain(hearAnswer(session, text), (said) => endAnswer(said, { usage, calls: [] }))
}
