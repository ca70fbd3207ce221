/** A reply's words on their way out: its item, its clauses to speech, its audio to the caller. */
import { cutClauses } from './clauses.ts'
import { addItem, replaceItem, spokenItem, withSpeech } from './conversation.ts'
import type { Item, MessageItem } from './items.ts'
import {
  chain,
  type Effect,
  newId,
  playedAt,
  type Response,
  type Session,
  type SessionEventOf,
  send,
  type Step,
} from './session.ts'
import { addAudio, addRelayed, endClause, SILENT_SPEECH } from './speech.ts'
import { events } from './wire.ts'

/** A reply's item comes with its first words, so that nothing is added for nothing. */
export function openItem(session: Session): Step {
  const { response } = session
  if (!response || response.itemId !== null) return [session, []]
  const [id, numbered] = newId(session, 'item')
  const content: MessageItem['content'] =
    response.modality === 'audio'
      ? [{ type: 'output_audio', speech: SILENT_SPEECH }]
      : [{ type: 'output_text', text: '' }]
  const item: Item = { type: 'message', id, role: 'assistant', status: 'in_progress', content }
  const { outputs } = response
  const named = { ...response, itemId: id, itemIndex: outputs, outputs: outputs + 1 }
  const added = send(events.outputItemAdded(named, item, outputs))
  return chain([{ ...numbered, response: named }, added], (next) =>
    chain(addItem(next, item), (last) => [last, send(events.contentPartAdded(named, id))]),
  )
}

/** While nothing was said yet: a caller who waits in silence wonders whether anybody is there. */
export function fill(session: Session, text: string): Step {
  const { response } = session
  if (response?.modality !== 'audio' || response.itemId !== null) return [session, []]
  return chain(openItem(session), (opened) => speak(opened, text, true))
}

export function speak(session: Session, text: string, isLast: boolean): Step {
  const { response } = session
  if (!response) return [session, []]
  const { turn, voice, speed, format, clauses } = response
  const { clauses: cut, rest } = cutClauses(response.rest + text, clauses.length === 0)
  const all = (isLast ? [...cut, rest] : cut).filter((clause) => clause.trim() !== '')
  const effects = all.map((clause, index): Effect => {
    const manner = { voice, speed, format }
    return { type: 'speak', turn, clause: clauses.length + index, text: clause, ...manner }
  })
  const next = { ...response, clauses: [...clauses, ...all], rest: isLast ? '' : rest }
  return [{ ...session, response: next }, effects]
}

/** Audio leaves at once; its words go with its first piece, so both say the same at any moment. */
export function sendAudio(session: Session, event: SessionEventOf<'audio'>): Step {
  const { response } = session
  const spoken = spokenItem(session, response?.itemId ?? null)
  if (!response || !spoken) return [session, []]
  const { item, speech } = spoken
  const { clause, base64, ms, at } = event
  const text = response.clauses[clause] ?? ''
  const isNew = clause >= speech.clauses.length
  const next = replaceItem(session, withSpeech(item, addAudio(speech, clause, text, ms)))
  const words = isNew ? send(events.transcriptDelta(response, item.id, text)) : []
  const [played, started] = play(next, response, item.id, ms, at)
  return [played, [...started, ...words, ...send(events.audioDelta(response, item.id, base64))]]
}

/**
 * Words and sound of a model that speaks by itself. Its words come ahead of their sound, so they are one
 * clause whose words are told apart by their length.
 */
export function relay(session: Session, event: SessionEventOf<'relayed'>): Step {
  return chain(openItem(session), (opened) => {
    const { response } = opened
    const spoken = spokenItem(opened, response?.itemId ?? null)
    if (!response || !spoken) return [opened, []]
    const { item, speech } = spoken
    const { text, base64, ms, at } = event
    const next = replaceItem(opened, withSpeech(item, addRelayed(speech, text, ms)))
    const words = text === '' ? [] : send(events.transcriptDelta(response, item.id, text))
    if (base64 === '') return [next, words]
    const [played, started] = play(next, response, item.id, ms, at)
    return [played, [...started, ...words, ...send(events.audioDelta(response, item.id, base64))]]
  })
}

/** A clause that cannot be spoken is part of the reply all the same. */
export function show(session: Session, { clause }: SessionEventOf<'unspoken'>): Step {
  const { response } = session
  const spoken = spokenItem(session, response?.itemId ?? null)
  if (!response || !spoken) return [session, []]
  const text = response.clauses[clause] ?? ''
  const { item, speech } = spoken
  const next = replaceItem(session, withSpeech(item, addAudio(speech, clause, text, 0)))
  return [next, send(events.transcriptDelta(response, item.id, text))]
}

/** Moves the playback clock on. What another reply left unplayed is played first. */
function play(session: Session, response: Response, itemId: string, ms: number, at: number): Step {
  const { playback } = session
  const endsAt = Math.max(playback?.endsAt ?? 0, playedAt(session, at)) + ms
  const next = { ...session, playback: { responseId: response.id, itemId, endsAt } }
  if (playback?.responseId === response.id) return [next, []]
  const stopped = playback ? [events.playbackStopped(playback.responseId)] : []
  return [next, send(...stopped, events.playbackStarted(response.id))]
}

export function endSpokenClause(session: Session): Step {
  const spoken = spokenItem(session, session.response?.itemId ?? null)
  if (!spoken) return [session, []]
  return [replaceItem(session, withSpeech(spoken.item, endClause(spoken.speech))), []]
}
