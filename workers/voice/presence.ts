/**
 * Callers come, are cut off, come back, go. Whoever was cut off and has a voice key finds the
 * conversation as it was; what was not heard by then is not part of it.
 */
import { previousOf } from './conversation.ts'
import { cancel, interrupt } from './ending.ts'
import { chain, type Session, type SessionEventOf, send, type Step } from './session.ts'
import { events } from './wire.ts'

/** The first hears that the session is there; one who comes back, also how it is set and what was said. */
export function greet(session: Session, at: number): Step {
  const here = { ...session, awaySince: null, dials: session.dials + 1, holdsPlayback: false }
  const offers = [...resumeOf(here), events.playback(false)]
  if (session.dials === 0) return [here, send(events.sessionCreated(here), ...offers)]
  // Whatever was still being said went to the connection that is no more.
  return chain(interrupt({ ...here, speaking: null }, at, 'client_cancelled'), (quiet) => [
    quiet,
    send(
      events.sessionCreated(quiet),
      ...offers,
      events.sessionUpdated(quiet),
      ...conversationOf(quiet),
    ),
  ])
}

/** A voice key comes back by itself. */
const resumeOf = ({ resumeToken, graceMs }: Session) =>
  resumeToken === null ? [] : [events.resume(resumeToken, graceMs)]

export function leave(session: Session, { at, isFinal }: SessionEventOf<'left'>): Step {
  const mayReturn = session.graceMs > 0 && session.phase === 'open' && !isFinal
  if (!mayReturn) {
    const [left, effects] = cancel(session, 'client_cancelled')
    return [{ ...left, phase: 'ended', playback: null }, effects]
  }
  const waiting = { ...session, speaking: null, awaySince: at }
  return interrupt(waiting, at, 'client_cancelled')
}

/** When a session that waits for its caller gives up; never where somebody is there. */
export const lostAt = ({ awaySince, graceMs }: Session): number =>
  awaySince === null ? Number.POSITIVE_INFINITY : awaySince + graceMs

/** Told whole, for who comes back may be another page; clients know items by their ids. */
export const conversationOf = (session: Session) =>
  session.items.flatMap((item) => {
    const previous = previousOf(session, item.id)
    const added = events.itemAdded(item, previous)
    return item.status === 'in_progress' ? [added] : [added, events.itemDone(item, previous)]
  })
