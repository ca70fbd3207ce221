/**
 * Reversible barge-in. A client that can hold what it plays is told to hold it the moment the caller is
 * heard, and nothing is cancelled. What was said then decides: noise, and sounds that only say "go on", let
 * the assistant continue where it was; words cut the reply there. Other clients are interrupted at once.
 */
import { refuse } from './conversation.ts'
import { interrupt } from './ending.ts'
import type { ClientEventOf } from './protocol.ts'
import { chain, playedAt, type Session, type SessionEventOf, send, type Step } from './session.ts'
import { isBackchannel } from './spoken-words.ts'
import { events } from './wire.ts'

/** Silence after which what was said over the assistant is looked at; milliseconds. */
export const LULL_MS = 100

/** A shorter voice is a click, a cough or a key stroke; a syllable takes longer. */
const CLICK_MS = 120

/** Words that are not known so long after a lull no longer stop the assistant, until they come. */
const BRIEF = { voicedMs: 500, patienceMs: 200 }
const LONG_PATIENCE_MS = 900

/** No sound that means "go on" takes so long: who still speaks has the floor. */
const LONGEST_MS = 1000

/** With less left to play there is nothing worth going on with, and "yes" is an answer. */
const LEAST_LEFT_MS = 1000

/** What the client says of itself; told back, so that it knows what it is talking to. */
export function offerHold(
  session: Session,
  event: ClientEventOf<'voiceassist.playback.update'>,
): Step {
  if (session.overlap) {
    return refuse(session, event, 'playback_held', 'Wait until playback goes on.', 'holds')
  }
  const next = { ...session, holdsPlayback: event.holds }
  return [next, send(events.playback(event.holds))]
}

/** Whether there is something left to say that the caller may only have spoken over. */
function mayHold(session: Session, at: number): boolean {
  const { holdsPlayback, isTakenOver, response } = session
  if (!holdsPlayback || isTakenOver) return false
  return response?.modality === 'audio' || leftMs(session, at) >= LEAST_LEFT_MS
}

const leftMs = (session: Session, at: number): number =>
  (session.playback?.endsAt ?? 0) - playedAt(session, at)

const isBusy = (session: Session, at: number): boolean =>
  session.response !== null || leftMs(session, at) > 0

/** The caller is heard while the assistant may be: it falls silent, for now or for good. */
export function yieldFloor(session: Session, at: number): Step {
  const { speaking } = session
  if (speaking === null || !mayHold(session, at)) return interrupt(session, at, 'turn_detected')
  const heldAt = session.overlap?.heldAt ?? at
  const overlap = { itemId: speaking, heldAt, until: at + LONGEST_MS, verdict: 'open' as const }
  const held = { ...session, overlap }
  return [held, session.overlap?.heldAt ? [] : send(events.playbackHeld(session.playback))]
}

/** The same utterance goes on after a silence; the assistant may be speaking again by now. */
export function speakOn(session: Session, at: number): Step {
  const { overlap, speaking } = session
  if (!overlap || overlap.itemId !== speaking) return [session, []]
  return isBusy(session, at) ? yieldFloor(session, at) : [{ ...session, overlap: null }, []]
}

/** Whether the utterance over the assistant was too short for a word. */
export const isClick = ({ overlap, speaking }: Session, { voicedMs }: SessionEventOf<'paused'>) =>
  overlap !== null && overlap.itemId === speaking && voicedMs < CLICK_MS

/** The caller falls silent over the assistant: its words are waited for, but not for long. */
export function lull(session: Session, { at, voicedMs }: SessionEventOf<'paused'>): Session {
  const { overlap, speaking } = session
  if (!overlap || overlap.itemId !== speaking) return session
  const patienceMs = voicedMs < BRIEF.voicedMs ? BRIEF.patienceMs : LONG_PATIENCE_MS
  return { ...session, overlap: { ...overlap, until: at + patienceMs } }
}

/** Words of an utterance over the assistant: they take the floor, or leave it. */
export function judge(session: Session, itemId: string | null, text: string, at: number): Step {
  const { overlap } = session
  if (!overlap || overlap.itemId !== itemId) return [session, []]
  const isNothing = text === '' || (isBackchannel(text) && isBusy(session, at))
  if (!isNothing) return cut(session, at)
  return goOn(session, at, text === '' ? 'noise' : 'backchannel')
}

/** The words have the floor: what was not heard by then leaves the conversation. */
const cut = (session: Session, at: number): Step => interrupt(session, at, 'turn_detected')

/** Playback goes on where it was held. */
export function goOn(
  session: Session,
  at: number,
  verdict: 'open' | 'noise' | 'backchannel' = 'open',
): Step {
  const { overlap, playback } = session
  if (!overlap) return [session, []]
  const { heldAt } = overlap
  const free = { ...session, overlap: { ...overlap, heldAt: null, verdict } }
  if (heldAt === null) return [free, []]
  const isPlaying = playback !== null && playback.endsAt > heldAt
  const moved = isPlaying ? { ...playback, endsAt: playback.endsAt + at - heldAt } : playback
  return [{ ...free, playback: moved }, send(events.playbackReleased(true))]
}

/** The utterance is over without having had the floor. */
export const forget = (session: Session, at: number): Step =>
  chain(goOn(session, at), (next) => [{ ...next, overlap: null }, []])

/** Nothing more was learnt in time: who still speaks has the floor, else the assistant goes on. */
export function decide(session: Session, at: number): Step {
  const { overlap, speaking, pause, phase } = session
  if (!overlap || overlap.heldAt === null || at < overlap.until) return [session, []]
  const speaksOn = phase === 'open' && pause === null && speaking === overlap.itemId
  return speaksOn ? cut(session, at) : goOn(session, at)
}

/** When `decide` is due; never where nothing is held. */
export const decidesAt = ({ overlap }: Session): number =>
  overlap?.heldAt === null || !overlap ? Number.POSITIVE_INFINITY : overlap.until
