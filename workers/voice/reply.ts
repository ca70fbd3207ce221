/**
 * One reply, from its creation to its end: text comes in, clauses go to speech, audio goes out.
 * There is one at a time; whoever wants the floor ends it first, through `interrupt`.
 */
import { addCalls } from './calls.ts'
import { cutClauses } from './clauses.ts'
import type { ResponseCreate } from './config.ts'
import {
  addItem,
  cutItem,
  findItem,
  hasPendingTranscript,
  previousOf,
  questionOf,
  replaceItem,
  remarksOf,
  speechOf,
  spokenItem,
  withSpeech,
  wordsOf,
} from './conversation.ts'
import { LIMITS } from './limits.ts'
import { takeMarks } from './marks.ts'
import {
  chain,
  type Effect,
  type Item,
  type MessageItem,
  newId,
  type Question,
  type Response,
  type Session,
  type SessionEventOf,
  send,
  type Step,
} from './session.ts'
import { addAudio, cutSpeech, endClause, heardMs, SILENT_SPEECH } from './speech.ts'
import { events, type Outcome } from './wire.ts'

/** Said when the last turn is over. */
export const FAREWELL = 'That was our last question for today. Thank you, and goodbye.'

/**
 * Begins a reply; it waits while something said is still being transcribed.
 *
 * @param asked A client's own `response.create`; absent when a turn asks for the reply.
 */
export function respond(session: Session, asked?: ResponseCreate): Step {
  const [response, numbered] = newResponse(session, asked)
  const begun = { ...numbered, response }
  return chain([begun, send(events.responseCreated(begun, response))], proceed)
}

/** A reply that nobody knows of yet, and the session with its number used. */
export function newResponse(session: Session, asked?: ResponseCreate): [Response, Session] {
  const [id, numbered] = newId(session, 'resp')
  const response: Response = {
    id,
    turn: numbered.serial,
    stage: 'waiting',
    isAsked: asked !== undefined,
    itemId: null,
    ...mannerOf(session, asked),
    held: '',
    rest: '',
    calls: [],
    clauses: [],
    usage: { inputTokens: 0, outputTokens: 0 },
  }
  return [response, numbered]
}

/** How to reply: as this request says, else as the session does. */
function mannerOf({ config }: Session, asked: ResponseCreate = {}) {
  const { output } = config.audio
  const asOutput = asked.audio?.output ?? {}
  const { voice = output.voice, speed = output.speed, format = output.format } = asOutput
  const [modality] = asked.output_modalities ?? config.output_modalities
  const told = {
    instructions: asked.instructions ?? config.instructions,
    tools: asked.tools ?? config.tools,
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
  const { turn, tools, toolChoice } = response
  const instructions = [response.instructions, ...remarksOf(session)].filter(Boolean).join('\n')
  const effect: Effect = { type: 'answer', turn, ...asked, instructions, tools, toolChoice }
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

function speak(session: Session, text: string, isLast: boolean): Step {
  const { response } = session
  if (!response) return [session, []]
  const { turn, voice, speed, format, clauses } = response
  const { clauses: cut, rest } = cutClauses(response.rest + text, clauses.length === 0)
  const all = (isLast ? [...cut, rest] : cut).filter((clause) => clause.trim() !== '')
  const effects = all.map((clause, index): Effect => {
    const manner = { voice, speed, format }
    return { type: 'speak', turn, clause: clauses.length + index, text: clause, ...manner }
  })
  const next = { ...response, clauses: [...clauses, ...all], rest: isLast ? '' : rest }
  return [{ ...session, response: next }, effects]
}

/** Audio leaves at once; its words go with its first piece, so both say the same at any moment. */
export function sendAudio(session: Session, event: SessionEventOf<'audio'>): Step {
  const { response } = session
  const spoken = spokenItem(session, response?.itemId ?? null)
  if (!response || !spoken) return [session, []]
  const { item, speech } = spoken
  const { clause, base64, ms, at } = event
  const text = response.clauses[clause] ?? ''
  const isNew = clause >= speech.clauses.length
  const next = replaceItem(session, withSpeech(item, addAudio(speech, clause, text, ms)))
  const words = isNew ? send(events.transcriptDelta(response, item.id, text)) : []
  const [played, started] = play(next, response, item.id, ms, at)
  return [played, [...started, ...words, ...send(events.audioDelta(response, item.id, base64))]]
}

/** Moves the playback clock on. What another reply left unplayed is played first. */
function play(session: Session, response: Response, itemId: string, ms: number, at: number): Step {
  const { playback } = session
  const endsAt = Math.max(playback?.endsAt ?? 0, at) + ms
  const next = { ...session, playback: { responseId: response.id, itemId, endsAt } }
  if (playback?.responseId === response.id) return [next, []]
  const stopped = playback ? [events.playbackStopped(playback.responseId)] : []
  return [next, send(...stopped, events.playbackStarted(response.id))]
}

export function endSpokenClause(session: Session): Step {
  const spoken = spokenItem(session, session.response?.itemId ?? null)
  if (!spoken) return [session, []]
  return [replaceItem(session, withSpeech(spoken.item, endClause(spoken.speech))), []]
}

/** A reply's item comes with its first words, so that nothing is added for nothing. */
export function openItem(session: Session): Step {
  const { response } = session
  if (!response || response.itemId !== null) return [session, []]
  const [id, numbered] = newId(session, 'item')
  const content: MessageItem['content'] =
    response.modality === 'audio'
      ? [{ type: 'output_audio', speech: SILENT_SPEECH }]
      : [{ type: 'output_text', text: '' }]
  const item: Item = { type: 'message', id, role: 'assistant', status: 'in_progress', content }
  const named = { ...response, itemId: id }
  const added = send(events.outputItemAdded(named, item))
  return chain([{ ...numbered, response: named }, added], (next) =>
    chain(addItem(next, item), (last) => [last, send(events.contentPartAdded(named, id))]),
  )
}

/** Ends the reply as it should; after the last turn, the farewell follows. */
export function complete(session: Session): Step {
  const { turns, maxTurns, phase, response } = session
  const isOver = turns >= maxTurns && phase === 'open' && response?.calls.length === 0
  return chain(end(session, { status: 'completed' }), (ended) =>
    isOver ? respond(ended, {}) : [ended, []],
  )
}

/** Ends the reply, saying how; its item keeps the words that were sent. */
export function end(session: Session, outcome: Outcome): Step {
  const { response } = session
  if (!response) return [session, []]
  const isWhole = outcome.status === 'completed'
  const closed = closeItem(session, response, outcome)
  const called = isWhole ? chain(closed, (next) => addCalls(next, response)) : closed
  return chain(called, (next) => [
    { ...next, response: null },
    send(events.responseDone(next, response, outcome)),
  ])
}

function closeItem(session: Session, response: Response, outcome: Outcome): Step {
  const item = findItem(session, response.itemId)
  if (item?.type !== 'message') return [session, []]
  const isWhole = outcome.status === 'completed'
  const speech = speechOf(item)
  const cut = speech && !isWhole && speech.cutMs === null
  const kept = cut ? withSpeech(item, cutSpeech(speech, speech.sentMs)) : item
  const closed = { ...kept, status: isWhole ? ('completed' as const) : ('incomplete' as const) }
  const next = replaceItem(session, closed)
  const text = wordsOf(closed)
  const last = speech
    ? [events.audioDone(response, item.id), events.transcriptDone(response, item.id, text)]
    : [events.textDone(response, item.id, text)]
  return [
    next,
    send(
      ...last,
      events.contentPartDone(response, item.id, text),
      events.outputItemDone(response, closed),
      events.itemDone(closed, previousOf(next, item.id)),
    ),
  ]
}

export type Reason = 'turn_detected' | 'client_cancelled'

/** Ends the reply early and its work with it. What was sent goes on playing. */
export function cancel(session: Session, reason: Reason): Step {
  if (!session.response) return [session, []]
  const [ended, effects] = end(session, { status: 'cancelled', reason })
  return [ended, [{ type: 'cancel' }, ...effects]]
}

/**
 * Silences the assistant: the reply ends, and what the caller did not hear, by the playback
 * clock, leaves the conversation, also when the reply itself was complete already.
 */
export function interrupt(session: Session, at: number, reason: Reason): Step {
  const { playback } = session
  const spoken = spokenItem(session, playback?.itemId ?? null)
  const [stopped, cancelled] = cancel({ ...session, playback: null }, reason)
  if (!playback) return [stopped, cancelled]
  const isPlaying = playback.endsAt > at
  if (!spoken || !isPlaying) {
    return [stopped, [...cancelled, ...send(events.playbackStopped(playback.responseId))]]
  }
  const [cut, truncated] = cutItem(stopped, spoken.item.id, heardMs(spoken.speech, playback, at))
  const cleared = send(events.playbackCleared(playback.responseId))
  return [cut, [...cancelled, ...cleared, ...truncated]]
}

/** The last words instead of an answer; the session closes when they have been played. */
function farewell(session: Session): Step {
  const usage = { inputTokens: 0, outputTokens: 0 }
  const leaving = { ...session, phase: 'farewell' as const }
  return chain(hearAnswer(leaving, FAREWELL), (said) => endAnswer(said, { usage, calls: [] }))
}
