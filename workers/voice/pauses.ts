/**
 * Semantic turn taking: at a pause what was said so far is transcribed, and its words say how much
 * silence ends the turn. When it ends, the words are there already, and the reply begins at once.
 */
import { hearWords, hintsOf, isTold, transcribe } from './hearing.ts'
import { newId, type Session, type SessionEventOf, type Step } from './session.ts'
import { silenceFor } from './turn-end.ts'

export function pause(session: Session, { fromMs, toMs }: SessionEventOf<'paused'>): Step {
  const { speaking } = session
  if (speaking === null) return [session, []]
  const [id, numbered] = newId(session, 'pause')
  const next = { ...numbered, pause: { id, itemId: null, span: null, text: null, silenceMs: null } }
  const about = { fromMs, toMs, vadMs: null, hints: hintsOf(session), pause: id }
  const isConversation = isTold(session)
  return [next, [{ type: 'transcribe', itemId: speaking, ...about, isConversation }]]
}

/** It was no end: what was heard is no longer all. */
export const resume = (session: Session): Step => [{ ...session, pause: null }, []]

/** The words at a pause; the turn may have ended meanwhile. */
export function hearSoFar(session: Session, event: SessionEventOf<'heard_so_far'>): Step {
  const { pause: open } = session
  if (open?.id !== event.pause) return [session, []]
  const { text, seconds } = event
  if (open.itemId !== null) {
    const said = { type: 'transcribed' as const, itemId: open.itemId, text, seconds, at: event.at }
    return hearWords({ ...session, pause: null }, said)
  }
  const detection = session.config.audio.input.turn_detection
  if (detection?.type !== 'semantic_vad') return [{ ...session, pause: null }, []]
  const ms = silenceFor(text, detection.eagerness)
  const known = { ...open, text, silenceMs: ms }
  return [{ ...session, pause: known }, [{ type: 'await_silence', ms }]]
}

/** What could not be heard at the pause is tried once more where the turn has ended. */
export function missSoFar(session: Session, event: SessionEventOf<'pause_missed'>): Step {
  const { pause: open } = session
  if (open?.id !== event.pause) return [session, []]
  const next = { ...session, pause: null }
  const { itemId, span } = open
  return itemId === null || span === null ? [next, []] : transcribe(next, itemId, span, null)
}
