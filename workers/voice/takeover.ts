/**
 * Supervisors in a session: one speaks in the assistant's place, or tells the assistant something the
 * caller does not hear. While somebody has taken over nothing is answered by itself; each time they
 * speak is a reply of its own, which the caller may interrupt like any other.
 */
import { end, interrupt } from './ending.ts'
import { LIMITS } from './limits.ts'
import { beginReply } from './reply.ts'
import { chain, type Session, type SessionEventOf, send, type Step } from './session.ts'
import { openItem, sendAudio } from './voicing.ts'
import { events } from './wire.ts'

/** The assistant falls silent in the middle of a word. */
export function takeOver(session: Session, at: number): Step {
  return interrupt({ ...session, isTakenOver: true }, at, 'client_cancelled')
}

export function handBack(session: Session): Step {
  return end({ ...session, isTakenOver: false }, { status: 'completed' })
}

/** What the supervisor says, piece by piece; the first one begins a reply. */
export function speakInstead(session: Session, event: SessionEventOf<'supervisor_audio'>): Step {
  if (!session.isTakenOver) return [session, []]
  const begun = session.response ? ([session, []] as const) : begin(session)
  return chain(begun, (next) => {
    const { response } = next
    if (!response) return [next, []]
    const { base64, ms, at } = event
    return sendAudio(next, { type: 'audio', turn: response.turn, clause: 0, base64, ms, at })
  })
}

/** The supervisor falls silent: what they said is whole. */
export function rest(session: Session): Step {
  return session.isTakenOver ? end(session, { status: 'completed' }) : [session, []]
}

export function whisper(session: Session, { text }: SessionEventOf<'whispered'>): Step {
  return [{ ...session, whispers: [...session.whispers, text].slice(-LIMITS.whispers) }, []]
}

function begin(session: Session): Step {
  const asked = { output_modalities: ['audio' as const] satisfies ['audio'] }
  const [numbered, response] = beginReply(session, asked)
  // Its words are not known: they are heard, not made here.
  const spoken = { ...response, stage: 'working' as const, clauses: [''] }
  const begun = { ...numbered, response: spoken }
  return chain([begun, send(events.responseCreated(begun, spoken))], openItem)
}
