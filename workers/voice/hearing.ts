/** What the caller says: from the first sound to the words it was. */
import { addItem, findItem, isPending, refuse, replaceItem } from './conversation.ts'
import { end, interrupt } from './ending.ts'
import type { Item, MessageItem } from './items.ts'
import { LIMITS } from './limits.ts'
import { silenceOf } from './listening.ts'
import { forget, judge, yieldFloor } from './overlap.ts'
import { proceed, respond } from './reply.ts'
import {
  chain,
  type Hints,
  newId,
  type Session,
  type SessionEventOf,
  send,
  type Step,
} from './session.ts'
import { events } from './wire.ts'

interface Span {
  fromMs: number
  toMs: number
}

const turnDetectionOf = ({ config }: Session) => config.audio.input.turn_detection

/** Gives the caller the floor, unless the client wants to decide that itself. */
export function startSpeech(session: Session, event: SessionEventOf<'speech_started'>): Step {
  const [itemId, numbered] = newId(session, 'item')
  const started = send(events.speechStarted(itemId, event.fromMs))
  const heard = { ...numbered, speaking: itemId, pause: null, pauses: 0, drafts: 0 }
  if (turnDetectionOf(session)?.interrupt_response === false) return [heard, started]
  const [next, effects] = yieldFloor(heard, event.at)
  // Who can hold what is playing does so before anything else.
  const isHeld = next.overlap !== null
  return [next, isHeld ? [...effects, ...started] : [...started, ...effects]]
}

export function stopSpeech(session: Session, event: SessionEventOf<'speech_stopped'>): Step {
  const { speaking, overlap } = session
  if (speaking === null) return [session, []]
  const stopped: Step = [session, send(events.speechStopped(speaking, event.toMs))]
  const isOver = overlap?.itemId === speaking
  if (isOver && overlap.verdict === 'noise')
    return chain(stopped, (next) => dismiss(next, event.at))
  const vadMs = silenceOf(session)
  const committed = chain(stopped, (next) => addUtterance(next, speaking, event, vadMs))
  // Of what is said over the assistant the words say whether they want a reply.
  return isOver ? committed : chain(committed, replyIfWanted)
}

function replyIfWanted(session: Session): Step {
  const mayReply = !session.response && !session.isTakenOver
  const wantsReply = turnDetectionOf(session)?.create_response !== false && mayReply
  return wantsReply ? respond(session) : [session, []]
}

/** Noise over the assistant was no utterance. */
const dismiss = (session: Session, at: number): Step =>
  chain(forget({ ...session, speaking: null, pause: null }, at), (next) => [
    next,
    send(events.inputCleared()),
  ])

/** A client's own commit; a reply follows when the client asks for one. */
export function commit(session: Session, event: SessionEventOf<'committed'>): Step {
  const ms = event.toMs - event.fromMs
  if (ms < LIMITS.minUtteranceMs) {
    const least = `Send at least ${LIMITS.minUtteranceMs} ms of audio before a commit`
    const origin = { event_id: event.eventId ?? undefined }
    const message = `${least}; the buffer has ${ms.toFixed(0)} ms.`
    return refuse(session, origin, 'input_audio_buffer_commit_empty', message)
  }
  const [itemId, numbered] = session.speaking ? [session.speaking, session] : newId(session, 'item')
  // Who commits has said something.
  const heard: Step = session.overlap
    ? interrupt(numbered, event.at, 'turn_detected')
    : [numbered, []]
  return chain(heard, (next) => addUtterance(next, itemId, event, null))
}

export function clearInput(session: Session, at: number): Step {
  return chain(forget({ ...session, speaking: null, pause: null }, at), (next) => [
    next,
    send(events.inputCleared()),
  ])
}

/** The utterance joins the conversation now, its words when they are known. */
function addUtterance(
  session: Session,
  itemId: string,
  { fromMs, toMs, at }: Span & { at: number },
  vadMs: number | null,
): Step {
  const item: Item = {
    type: 'message',
    id: itemId,
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_audio', transcript: null }],
  }
  const previous = session.items.at(-1)?.id ?? null
  const committed = send(events.committed(itemId, previous))
  const quiet = { ...session, speaking: null }
  return chain([quiet, committed], (next) =>
    chain(addItem(next, item), (added) => wordsFor(added, itemId, { fromMs, toMs, at }, vadMs)),
  )
}

/** Those of the pause it ended in, when there was one; else they are asked for. */
function wordsFor(
  session: Session,
  itemId: string,
  { at, ...span }: Span & { at: number },
  vadMs: number | null,
): Step {
  const { pause } = session
  if (vadMs === null || !pause) return transcribe({ ...session, pause: null }, itemId, span, vadMs)
  if (pause.text === null) return [{ ...session, pause: { ...pause, itemId, span } }, []]
  const seconds = (span.toMs - span.fromMs) / 1000
  const said = { type: 'transcribed' as const, itemId, text: pause.text, seconds, at }
  return hearWords({ ...session, pause: null }, said)
}

export function transcribe(
  session: Session,
  itemId: string,
  { fromMs, toMs }: Span,
  vadMs: number | null,
): Step {
  const about = { fromMs, toMs, vadMs, hints: hintsOf(session), isConversation: isTold(session) }
  return [session, [{ type: 'transcribe', itemId, ...about, pause: null }]]
}

export const isTold = ({ config }: Session) => config.instructions !== '' || config.tools.length > 0

export function hintsOf({ config }: Session): Hints {
  const { model: _, ...hints } = config.audio.input.transcription
  return hints
}

export function hearWords(session: Session, event: SessionEventOf<'transcribed'>): Step {
  const { itemId, seconds } = event
  const item = pendingItem(session, itemId)
  if (!item) return [session, []]
  const text = event.text.trim().slice(0, LIMITS.textChars)
  const content = [{ type: 'input_audio' as const, transcript: text }]
  const next = replaceItem(session, { ...item, content })
  const completed = send(events.transcribed(itemId, text, seconds))
  const heard = chain([next, completed], (known) => giveFloor(known, itemId, text, event.at))
  return chain(heard, proceed)
}

/** Words that were said over the assistant are known: they are replied to, or it goes on. */
function giveFloor(session: Session, itemId: string, text: string, at: number): Step {
  if (session.overlap?.itemId !== itemId) return [session, []]
  return chain(judge(session, itemId, text, at), (next) =>
    next.overlap === null ? replyIfWanted(next) : forget(next, at),
  )
}

/** What was not understood is not answered; the caller is told, and may say it again. */
export function missWords(session: Session, itemId: string, at: number): Step {
  const item = pendingItem(session, itemId)
  if (!item) return [session, []]
  const isOver = session.overlap?.itemId === itemId
  const content = [{ type: 'input_audio' as const, transcript: '' }]
  const next = replaceItem(session, { ...item, status: 'incomplete', content })
  const failed = send(events.transcriptionFailed(itemId))
  const isLast = next.items.at(-1)?.id === itemId
  const message = 'What was said could not be transcribed.'
  const told: Step = [next, failed]
  return chain(isOver ? chain(told, (known) => forget(known, at)) : told, (known) =>
    isLast && known.response?.stage === 'waiting'
      ? end(known, { status: 'failed', message })
      : proceed(known),
  )
}

function pendingItem(session: Session, itemId: string): MessageItem | undefined {
  const item = findItem(session, itemId)
  return item?.type === 'message' && item.content.some(isPending) ? item : undefined
}
