/** What holds in every session, whatever happens in it. */
import { expect } from 'vitest'
import { speechOf } from '../../../workers/voice/conversation.ts'
import type { Effect, Session } from '../../../workers/voice/session.ts'
import { transcriptOf } from '../../../workers/voice/speech.ts'
import { sentOf } from './play.ts'

export function expectSane(session: Session, effects: readonly Effect[]) {
  const ids = session.items.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const item of session.items) {
    const speech = speechOf(item)
    if (!speech) continue
    expect(speech.cutMs ?? 0).toBeLessThanOrEqual(speech.sentMs)
    const whole = speech.clauses.map(({ text }) => text).join('')
    expect(whole.startsWith(transcriptOf(speech))).toBe(true)
    expect(new Set(whole.match(/-\d+/g)).size).toBeLessThanOrEqual(1)
  }
  const { response } = session
  const tags = new Set(response?.clauses.join('').match(/-\d+/g))
  expect([...tags]).toEqual(tags.size > 0 ? [`-${response?.turn}`] : [])
  const events = sentOf(effects)
  const created = events.flatMap((event) =>
    event.type === 'response.created' ? [event.response.id] : [],
  )
  const done = events.flatMap((event) =>
    event.type === 'response.done' ? [event.response.id] : [],
  )
  expect(new Set(created).size).toBe(created.length)
  expect(new Set(done).size).toBe(done.length)
  // Those of the conversation end in the order in which they began, one at a time; each ends once.
  const beside = new Set(idsOf(events, 'response.created', true))
  const main = created.filter((id) => !beside.has(id))
  const ended = done.filter((id) => !beside.has(id))
  expect(ended).toEqual(main.slice(0, ended.length))
  expect(main.slice(ended.length)).toEqual(response ? [response.id] : [])
  const running = session.asides.map((aside) => aside.response.id)
  expect([...beside].filter((id) => !done.includes(id)).toSorted()).toEqual(running.toSorted())
  expect(running.length).toBeLessThanOrEqual(4)
}

/** Replies out of band belong to no conversation. */
function idsOf(events: ReturnType<typeof sentOf>, type: 'response.created', isAside: boolean) {
  return events.flatMap((event) =>
    event.type === type && isAside === !('conversation_id' in event.response)
      ? [event.response.id]
      : [],
  )
}

/** Events of a reply that do not lie between its start and its end. */
export function strayEvents(effects: readonly Effect[]) {
  const active = new Set<string>()
  return sentOf(effects).filter((event) => {
    if (event.type === 'response.created') active.add(event.response.id)
    const isStray =
      event.type.startsWith('response.output') &&
      ![...active].some((id) => JSON.stringify(event).includes(`"${id}"`))
    if (event.type === 'response.done') active.delete(event.response.id)
    return isStray
  })
}

/** Items keep their order, whatever is added or removed. */
export function expectOrdered(before: Session['items'], after: Session['items']) {
  const ids = after.map(({ id }) => id)
  const kept = before.map(({ id }) => id).filter((id) => ids.includes(id))
  const known = new Set(kept)
  expect(ids.filter((id) => known.has(id))).toEqual(kept)
}

/** The moment the caller is heard, whoever is speaking falls silent, whatever is going on. */
export function expectSilenced(before: Session, effects: readonly Effect[], at: number) {
  const isHeld = before.overlap !== null && before.overlap.heldAt !== null
  const isSounding = (before.playback?.endsAt ?? 0) > at && !isHeld
  const isMade = before.response !== null && !isHeld
  const types = sentOf(effects).map(({ type }) => type)
  const isTold = types.includes('voiceassist.playback.held')
  const isCleared = isTold || types.includes('output_audio_buffer.cleared')
  const isCancelled = isTold || effects.some(({ type }) => type === 'cancel')
  expect({ isCleared: isCleared || !isSounding, isCancelled: isCancelled || !isMade }).toEqual({
    isCleared: true,
    isCancelled: true,
  })
}

/** Every hold is let go of, once, before the next one. */
export function expectReleased(effects: readonly Effect[], isHeld: boolean) {
  const told = sentOf(effects).flatMap(({ type }) =>
    type === 'voiceassist.playback.held' || type === 'voiceassist.playback.released' ? [type] : [],
  )
  const due = Array.from({ length: Math.ceil(told.length / 2) }, () => [
    'voiceassist.playback.held',
    'voiceassist.playback.released',
  ])
  expect(told).toEqual(due.flat().slice(0, told.length))
  expect(told.length % 2 === 1).toBe(isHeld)
}
