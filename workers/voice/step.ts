/**
 * The voice session as a pure state machine: an event in, the next session and its effects out.
 * It knows no clock, socket or model, so any race can be replayed in a unit test.
 *
 * One rule keeps it safe. Whatever arrives late names the turn or the item it belongs to, and is
 * dropped when that is over; interrupting the assistant is therefore just ending a turn.
 */
import { obey, refuseLate } from './commands.ts'
import { isPending, refuseWith } from './conversation.ts'
import { clearInput, commit, hearWords, missWords, startSpeech, stopSpeech } from './hearing.ts'
import { LIMITS } from './limits.ts'
import { greet, leave, lostAt } from './presence.ts'
import {
  cancel,
  cite,
  complete,
  end,
  endAnswer,
  endSpokenClause,
  hearAnswer,
  sendAudio,
} from './reply.ts'
import {
  chain,
  type Effect,
  partsOf,
  type Session,
  type SessionEvent,
  type SessionEventOf,
  send,
  type Step,
} from './session.ts'
import { handBack, pause, speakInstead, takeOver, whisper } from './takeover.ts'
import { events } from './wire.ts'

export function step(session: Session, event: SessionEvent): Step {
  if (session.phase === 'ended') return [session, []]
  if ('turn' in event && event.turn !== session.response?.turn) return [session, []]
  if (event.type === 'tick' || event.type === 'restarted') return byItself(session, event)
  const active = { ...session, activeAt: event.at }
  return chain(move(active, event), (next) => settle(next, event.at))
}

/** What happens without anybody doing anything, so it does not count as activity. */
function byItself(session: Session, { type, at }: SessionEventOf<'tick' | 'restarted'>): Step {
  const due = type === 'tick' ? tick(session, at) : restart(session)
  return chain(due, (next) => settle(next, at))
}

function move(
  session: Session,
  event: Exclude<SessionEvent, { type: 'tick' | 'restarted' }>,
): Step {
  if ('turn' in event) return say(session, event)
  switch (event.type) {
    case 'opened':
      return greet(session, event.at)
    case 'client':
      return session.phase === 'open' ? obey(session, event) : refuseLate(session, event)
    case 'refused':
      return refuseWith(session, event.error)
    case 'left':
      return leave(session, event)
    case 'hung_up':
      return hangUp(session)
    case 'taken_over':
    case 'handed_back':
    case 'supervisor_audio':
    case 'supervisor_paused':
    case 'whispered':
      return session.phase === 'open' ? supervise(session, event) : [session, []]
    case 'transcribed':
      return hearWords(session, event)
    case 'transcription_failed':
      return missWords(session, event.itemId)
    case 'cleared':
    case 'committed':
    case 'speech_started':
    case 'speech_stopped':
      return session.phase === 'open' && session.awaySince === null
        ? hear(session, event)
        : [session, []]
  }
}

/** The caller's part. While the farewell is said, nobody listens any more. */
function hear(
  session: Session,
  event: SessionEventOf<'cleared' | 'committed' | 'speech_started' | 'speech_stopped'>,
): Step {
  switch (event.type) {
    case 'cleared':
      return clearInput(session)
    case 'committed':
      return commit(session, event)
    case 'speech_started':
      return startSpeech(session, event)
    case 'speech_stopped':
      return stopSpeech(session, event)
  }
}

type Supervision = Extract<
  SessionEvent,
  { type: 'taken_over' | 'handed_back' | `supervisor_${string}` | 'whispered' }
>

function supervise(session: Session, event: Supervision): Step {
  switch (event.type) {
    case 'taken_over':
      return takeOver(session, event.at)
    case 'handed_back':
      return handBack(session)
    case 'supervisor_audio':
      return speakInstead(session, event)
    case 'supervisor_paused':
      return pause(session)
    case 'whispered':
      return whisper(session, event)
  }
}

/** The assistant's part: results of the work on the one reply. */
function say(session: Session, event: Extract<SessionEvent, { turn: number }>): Step {
  switch (event.type) {
    case 'answer_delta':
      return hearAnswer(session, event.text)
    case 'cited':
      return cite(session, event)
    case 'answer_ended':
      return endAnswer(session, event)
    case 'audio':
      return sendAudio(session, event)
    case 'clause_spoken':
      return endSpokenClause(session)
    case 'reply_spoken':
      return complete(session)
    case 'reply_failed':
      return fail(session)
  }
}

function fail(session: Session): Step {
  const message = 'The reply could not be made. Ask again.'
  return chain([session, [{ type: 'cancel' }]], (next) => end(next, { status: 'failed', message }))
}

/** After a crash the work is gone: what waited for it has failed, and says so. */
function restart(session: Session): Step {
  const lost = session.items.filter((item) => partsOf(item).some(isPending))
  const quiet: Step = [session.speaking ? { ...session, speaking: null } : session, []]
  const missed = lost.reduce((known, { id }) => chain(known, (next) => missWords(next, id)), quiet)
  return chain(missed, (next) => (next.response ? fail(next) : [next, []]))
}

/** What is due by the clock: the end of playback, of patience, of the session. */
function tick(session: Session, at: number): Step {
  const { playback, response, openedAt, activeAt } = session
  if (at >= openedAt + LIMITS.sessionMs) {
    return shut(session, 'session_expired', 'The session has reached its longest duration.')
  }
  if (at >= activeAt + LIMITS.idleMs && !response) {
    return shut(session, 'session_idle', 'Nothing was said for too long.')
  }
  if (at >= lostAt(session)) {
    return shut(session, 'session_lost', 'Nobody came back to the session in time.')
  }
  if (!playback || response || playback.endsAt > at) return [session, []]
  const stopped = send(events.playbackStopped(playback.responseId))
  return [{ ...session, playback: null }, stopped]
}

/** Closes a session that is over: after the farewell has been played, or too many mistakes. */
function settle(session: Session, at: number): Step {
  if (session.phase === 'open' && session.errors >= LIMITS.errors) {
    return shut(session, 'too_many_errors', 'Too many events could not be accepted.')
  }
  const { response, playback, phase } = session
  const isPlaying = playback !== null && playback.endsAt > at
  if (phase !== 'farewell' || response || isPlaying) return [session, []]
  const close: Effect = { type: 'close', code: 1000, reason: 'The last turn is over.' }
  return [{ ...session, phase: 'ended', playback: null }, [close]]
}

/** Somebody ends the session from outside. */
function hangUp(session: Session): Step {
  return chain(cancel(session, 'client_cancelled'), (ended) => [
    { ...ended, phase: 'ended', playback: null },
    [{ type: 'close', code: 1000, reason: 'The call was ended by a supervisor.' }],
  ])
}

/** A rule ends the session: the reply ends, an error says why, then the socket closes. */
function shut(session: Session, code: string, message: string): Step {
  const error = { type: 'invalid_request_error' as const, code, message }
  return chain(cancel(session, 'client_cancelled'), (ended) => [
    { ...ended, phase: 'ended', playback: null },
    [
      ...send(events.error({ ...error, param: null, event_id: null })),
      { type: 'close', code: 1008, reason: message },
    ],
  ])
}

/** When the session next wants a tick; milliseconds since the epoch. */
export function wakeAt(session: Session): number {
  const { openedAt, activeAt, playback, response, phase } = session
  if (phase === 'ended') return activeAt + LIMITS.retainMs
  const overAt = openedAt + LIMITS.sessionMs
  if (response) return overAt
  const idleAt = activeAt + LIMITS.idleMs
  return Math.min(overAt, idleAt, lostAt(session), playback?.endsAt ?? overAt)
}
