/** How a reply ends: whole, cancelled or failed; and what becomes of what was said by then. */
import { addCalls } from './calls.ts'
import {
  cutItem,
  findItem,
  previousOf,
  replaceItem,
  speechOf,
  spokenItem,
  withSpeech,
  wordsOf,
} from './conversation.ts'
import { abandonCalls } from './platform-calls.ts'
import { chain, playedAt, type Response, type Session, send, type Step } from './session.ts'
import { cutSpeech, endClause, heardMs } from './speech.ts'
import type { Outcome } from './wire-reply.ts'
import { events } from './wire.ts'

/** Ends the reply, saying how; its item keeps the words that were sent. */
export function end(session: Session, outcome: Outcome): Step {
  const { response } = session
  if (!response) return [session, []]
  const isWhole = outcome.status === 'completed'
  const quiet = abandonCalls(session, response)
  const closed = chain(quiet, (next) => closeItem(next, response, outcome))
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
  const whole = speech && isWhole ? withSpeech(item, endClause(speech)) : item
  const kept = cut ? withSpeech(item, cutSpeech(speech, speech.sentMs)) : whole
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
      events.outputItemDone(response, closed, response.itemIndex),
      events.itemDone(closed, previousOf(next, item.id)),
    ),
  ]
}

export type Reason = 'turn_detected' | 'client_cancelled'

/** Ends the reply early and its work with it. What was sent goes on playing. */
export function cancel(session: Session, reason: Reason): Step {
  const { response } = session
  if (!response) return [session, []]
  const [ended, effects] = end(session, { status: 'cancelled', reason })
  return [ended, [{ type: 'cancel', turn: response.turn }, ...effects]]
}

/**
 * Silences the assistant: the reply ends, and what the caller did not hear, by the playback
 * clock, leaves the conversation, also when the reply itself was complete already.
 */
export function interrupt(session: Session, at: number, reason: Reason): Step {
  const { playback, overlap } = session
  const until = playedAt(session, at)
  const spoken = spokenItem(session, playback?.itemId ?? null)
  const [stopped, ended] = cancel({ ...session, playback: null, overlap: null }, reason)
  const isHeld = overlap !== null && overlap.heldAt !== null
  const cancelled = [...ended, ...(isHeld ? send(events.playbackReleased(false)) : [])]
  if (!playback) return [stopped, cancelled]
  const isPlaying = playback.endsAt > until
  if (!isPlaying) {
    return [stopped, [...cancelled, ...send(events.playbackStopped(playback.responseId))]]
  }
  const cleared = send(events.playbackCleared(playback.responseId))
  // A client may have deleted the item it is playing.
  if (!spoken) return [stopped, [...cancelled, ...cleared]]
  const [cut, truncated] = cutItem(stopped, spoken.item.id, heardMs(spoken.speech, playback, until))
  return [cut, [...cancelled, ...cleared, ...truncated]]
}
