/**
 * The caller says nothing after a reply has been played: once `idle_timeout_ms` of that is over, the
 * assistant speaks first. https://developers.openai.com/api/reference/resources/realtime (server_vad)
 */
import { addItem } from './conversation.ts'
import type { Item } from './items.ts'
import { LIMITS } from './limits.ts'
import { prompt } from './reply.ts'
import { chain, newId, type Session, send, type Step } from './session.ts'
import { events } from './wire.ts'

/** Sets, keeps or ends the wait for the caller, by what a step made of the session. */
export function awaitCaller(before: Session, after: Session, at: number): Session {
  const timeoutMs = timeoutOf(after)
  const isBusy = after.response !== null || after.speaking !== null || after.awaySince !== null
  if (timeoutMs === null || isBusy || after.phase !== 'open') return wait(after, null)
  if (before.response) return wait(after, Math.max(at, after.playback?.endsAt ?? at) + timeoutMs)
  return hasAsked(before, after) ? wait(after, null) : after
}

/** What the caller does starts the count of prompts anew. */
function wait(session: Session, promptAt: number | null): Session {
  const prompts = session.speaking === null ? session.prompts : 0
  const isSame = promptAt === session.promptAt && prompts === session.prompts
  return isSame ? session : { ...session, promptAt, prompts }
}

const hasAsked = (before: Session, after: Session) => {
  const last = after.items.at(-1)
  return last !== before.items.at(-1) && last?.type === 'message' && last.role === 'user'
}

function timeoutOf({ config }: Session): number | null {
  const detection = config.audio.input.turn_detection
  return detection?.type === 'server_vad' ? detection.idle_timeout_ms : null
}

/** Whether to speak first now. Who does not answer three times is not there. */
export const isSilenceOver = ({ promptAt, prompts }: Session, at: number): boolean =>
  promptAt !== null && at >= promptAt && prompts < LIMITS.prompts

/**
 * The silence is an utterance without words, and a reply follows.
 *
 * @param inputMs The clock of the caller's audio.
 */
export function breakSilence(session: Session, inputMs: number): Step {
  const timeoutMs = timeoutOf(session) ?? 0
  const [itemId, numbered] = newId(session, 'item')
  const item: Item = {
    type: 'message',
    id: itemId,
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_audio', transcript: '' }],
  }
  const previous = session.items.at(-1)?.id ?? null
  const next = { ...numbered, promptAt: null, prompts: session.prompts + 1 }
  const triggered = send(
    events.timeoutTriggered(itemId, inputMs - timeoutMs, inputMs),
    events.committed(itemId, previous),
  )
  return chain([next, triggered], (told) => chain(addItem(told, item), prompt))
}
