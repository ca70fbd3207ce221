/**
 * Semantic turn taking: at a pause what was said so far is transcribed, and its words say how much
 * silence ends the turn. When it ends, the words are there already, and the reply begins at once.
 */
import { hearWords, hintsOf, isTold, transcribe } from './hearing.ts'
import { goOn, isClick, judge, lull, speakOn } from './overlap.ts'
import { chain, newId, type Session, type SessionEventOf, type Step } from './session.ts'
import { speculate } from './speculation.ts'
import { silenceFor } from './turn-end.ts'

export function pause(session: Session, event: SessionEventOf<'paused'>): Step {
  const { speaking, pauses } = session
  if (speaking === null || isDear(session)) return [session, []]
  if (isClick(session, event)) return goOn(session, event.at, 'noise')
  const { fromMs, toMs } = event
  const [id, numbered] = newId(lull(session, event), 'pause')
  const silent = { id, itemId: null, span: null, text: null, silenceMs: null }
  const next = { ...numbered, pause: silent, pauses: pauses + 1 }
  const about = { fromMs, toMs, vadMs: null, hints: hintsOf(session), pause: id }
  const isConversation = isTold(session)
  return [next, [{ type: 'transcribe', itemId: speaking, ...about, isConversation }]]
}

/** Where words only let a reply begin sooner, so many transcripts of one utterance are enough. */
const SPECULATIVE_PAUSES = 3

const isDear = ({ config, overlap, pauses }: Session) =>
  config.audio.input.turn_detection?.type !== 'semantic_vad' &&
  overlap === null &&
  pauses >= SPECULATIVE_PAUSES

/** It was no end: what was heard is no longer all. */
export const resume = (session: Session, { at }: SessionEventOf<'resumed'>): Step =>
  speakOn({ ...session, pause: null }, at)

/** The words at a pause; the turn may have ended meanwhile. */
export function hearSoFar(session: Session, event: SessionEventOf<'heard_so_far'>): Step {
  const { pause: open } = session
  if (open?.id !== event.pause) return [session, []]
  const { text, seconds } = event
  if (open.itemId !== null) {
    const said = { type: 'transcribed' as const, itemId: open.itemId, text, seconds, at: event.at }
    return hearWords({ ...session, pause: null }, said)
  }
  const said = judge(session, session.speaking, text.trim(), event.at)
  const known = chain(said, (next) => hearEnd(next, open, text))
  return chain(known, (next) => speculate(next, text))
}

/** What the words say about the end of the turn. */
function hearEnd(session: Session, open: NonNullable<Session['pause']>, text: string): Step {
  const detection = session.config.audio.input.turn_detection
  if (detection?.type !== 'semantic_vad') return [{ ...session, pause: { ...open, text } }, []]
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
