/**
 * The voice session as a pure state machine: an event in, the next session and its effects out.
 * It knows no clock, socket or model, so any race can be replayed in a unit test.
 *
 * One rule keeps it safe. Whatever arrives late names the turn or the item it belongs to, and is
 * dropped when that is over; interrupting the assistant is therefore just ending a turn.
 */
import { asideOf, failAsides, stepAside } from './asides.ts'
import { obey, refuseLate } from './commands.ts'
import { isPending, refuseWith } from './conversation.ts'
import { collect, settleDraft } from './draft.ts'
import { enter } from './dtmf.ts'
import { cancel, end } from './ending.ts'
import { clearInput, commit, hearWords, missWords, startSpeech, stopSpeech } from './hearing.ts'
import { partsOf } from './items.ts'
import { LIMITS } from './limits.ts'
import { charge, goWithoutMoney, sayGoodbye } from './money.ts'
import { decide, decidesAt, forget } from './overlap.ts'
import { hearSoFar, missSoFar, pause, resume } from './pauses.ts'
import { beginCall, endCall } from './platform-calls.ts'
import { greet, leave, lostAt } from './presence.ts'
import { bid, cite, complete, endAnswer, hearAnswer } from './reply.ts'
import {
  chain,
  type Effect,
  playedAt,
  type Session,
  type SessionEvent,
  type SessionEventOf,
  send,
  type Step,
} from './session.ts'
import { awaitCaller, breakSilence, isSilenceOver } from './silence.ts'
import { handBack, rest, speakInstead, takeOver, whisper } from './takeover.ts'
import { endSpokenClause, fill, relay, sendAudio, show } from './voicing.ts'
import { events } from './wire.ts'

export function step(session: Session, event: SessionEvent): Step {
  if (session.phase === 'ended') return [session, []]
  if ('turn' in event && event.turn !== session.response?.turn) return beside(session, event)
  if (event.type === 'tick' || event.type === 'restarted') return byItself(session, event)
  return conclude(session, move({ ...session, activeAt: event.at }, event), event.at)
}

/** What follows from every step. */
function conclude(before: Session, moved: Step, at: number): Step {
  const drafted = chain(moved, (next) => settleDraft(next, at, say))
  return chain(drafted, (next) => settle(awaitCaller(before, next, at), at))
}

/** Late for a reply that is over, unless it is one out of band or a draft. */
function beside(session: Session, event: Extract<SessionEvent, { turn: number }>): Step {
  const aside = asideOf(session, event.turn)
  if (!aside) return collect(session, event)
  return stepAside({ ...session, activeAt: event.at }, aside, event, say)
}

/** What happens without anybody doing anything, so it does not count as activity. */
function byItself(session: Session, event: SessionEventOf<'tick' | 'restarted'>): Step {
  const { at } = event
  const due = event.type === 'tick' ? tick(session, event) : restart(session, at)
  return conclude(session, due, at)
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
    case 'greeted':
      return session.response || event.text === '' ? [session, []] : bid(session, event.text)
    case 'taken_over':
    case 'handed_back':
    case 'supervisor_audio':
    case 'supervisor_paused':
    case 'whispered':
      return session.phase === 'open' ? supervise(session, event) : [session, []]
    case 'transcribed':
      return hearWords(session, event)
    case 'transcription_failed':
      return missWords(session, event.itemId, event.at)
    case 'heard_so_far':
      return hearSoFar(session, event)
    case 'pause_missed':
      return missSoFar(session, event)
    case 'failed_over':
      return [session, send(events.failover(event.to))]
    case 'charged':
      return charge(session, event)
    case 'unaffordable':
      return goWithoutMoney(session)
    case 'cleared':
    case 'committed':
    case 'speech_started':
    case 'speech_stopped':
    case 'paused':
    case 'resumed':
      return session.phase === 'open' && session.awaySince === null
        ? hear(session, event)
        : [session, []]
  }
}

/** The caller's part. While the farewell is said, nobody listens any more. */
function hear(
  session: Session,
  event: SessionEventOf<
    'cleared' | 'committed' | 'speech_started' | 'speech_stopped' | 'paused' | 'resumed'
  >,
): Step {
  switch (event.type) {
    case 'cleared':
      return clearInput(session, event.at)
    case 'committed':
      return commit(session, event)
    case 'speech_started':
      return startSpeech(session, event)
    case 'speech_stopped':
      return stopSpeech(session, event)
    case 'paused':
      return pause(session, event)
    case 'resumed':
      return resume(session, event)
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
      return rest(session)
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
    case 'tool_called':
      return beginCall(session, event)
    case 'tool_returned':
      return endCall(session, event)
    case 'filler':
      return fill(session, event.text)
    case 'answer_ended':
      return endAnswer(session, event)
    case 'audio':
      return sendAudio(session, event)
    case 'relayed':
      return relay(session, event)
    case 'unspoken':
      return show(session, event)
    case 'clause_spoken':
      return endSpokenClause(session)
    case 'reply_spoken':
      return complete(session)
    case 'reply_failed':
      return fail(session)
  }
}

const FAILED = 'The reply could not be made. Ask again.'

function fail(session: Session): Step {
  const turn = session.response?.turn ?? 0
  return chain([session, [{ type: 'cancel', turn }]], (next) =>
    end(next, { status: 'failed', message: FAILED }),
  )
}

/** After a crash the work is gone: what waited for it has failed, and says so. */
function restart(session: Session, at: number): Step {
  const lost = session.items.filter((item) => partsOf(item).some(isPending))
  const isHeard = session.speaking !== null || session.pause !== null
  const deaf = isHeard ? { ...session, speaking: null, pause: null } : session
  const quiet = deaf.overlap ? forget(deaf, at) : ([deaf, []] as const)
  const missed = lost.reduce<Step>(
    (known, { id }) => chain(known, (next) => missWords(next, id, at)),
    quiet,
  )
  const failed = chain(missed, (next) => (next.response ? fail(next) : [next, []]))
  return chain(failed, (next) => failAsides(next, FAILED))
}

/** What is due by the clock: the end of playback, of patience, of the session. */
function tick(session: Session, { at, inputMs }: SessionEventOf<'tick'>): Step {
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
  if (at >= decidesAt(session)) return decide(session, at)
  if (session.keys && at >= session.keys.until) return enter(session)
  if (response) return [session, []]
  if (isSilenceOver(session, at))
    return chain(stopPlaying(session), (next) => breakSilence(next, inputMs))
  return playback && playback.endsAt <= playedAt(session, at) ? stopPlaying(session) : [session, []]
}

function stopPlaying(session: Session): Step {
  const { playback } = session
  if (!playback) return [session, []]
  return [{ ...session, playback: null }, send(events.playbackStopped(playback.responseId))]
}

/** Closes a session that is over: after the farewell has been played, or too many mistakes. */
function settle(session: Session, at: number): Step {
  if (session.phase === 'open' && session.errors >= LIMITS.errors) {
    return shut(session, 'too_many_errors', 'Too many events could not be accepted.')
  }
  if (session.goodbye === 'due' && !session.response) return sayGoodbye(session)
  const { response, playback, phase, closing } = session
  const isPlaying = playback !== null && playback.endsAt > playedAt(session, at)
  if (phase !== 'farewell' || response || isPlaying) return [session, []]
  const close: Effect =
    closing === null
      ? { type: 'close', code: 1000, reason: 'The last turn is over.' }
      : { type: 'close', code: 1008, reason: closing }
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
  const dueAt = Math.min(overAt, decidesAt(session), session.keys?.until ?? overAt)
  if (response) return dueAt
  const idleAt = activeAt + LIMITS.idleMs
  const promptAt = session.prompts < LIMITS.prompts ? session.promptAt : null
  const isHeld = session.overlap !== null && session.overlap.heldAt !== null
  const quietAt = isHeld ? overAt : (playback?.endsAt ?? overAt)
  return Math.min(dueAt, idleAt, lostAt(session), quietAt, promptAt ?? overAt)
}
