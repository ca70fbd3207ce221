/**
 * Keys of a telephone, whatever transport they come by: each is told as it is pressed, and together they are
 * something the caller said. A key silences the assistant like a word does.
 */
import { addItem } from './conversation.ts'
import { interrupt } from './ending.ts'
import type { ClientEventOf } from './protocol.ts'
import { respond } from './reply.ts'
import { chain, newId, type Session, send, type Step } from './session.ts'
import { events } from './wire.ts'

/** Milliseconds after the last key until what was entered is whole; `#` says so at once. */
const PATIENCE_MS = 2000
const ENTER = '#'
const MOST = 32

export function press(
  session: Session,
  { digit }: ClientEventOf<'voiceassist.dtmf'>,
  at: number,
): Step {
  const digits = (session.keys?.digits ?? '') + (digit === ENTER ? '' : digit)
  const keys = { digits, until: at + PATIENCE_MS }
  const told: Step = [{ ...session, keys }, send(events.dtmf(digit, at))]
  const quiet = chain(told, (next) => interrupt(next, at, 'turn_detected'))
  const isWhole = digit === ENTER || digits.length >= MOST
  return isWhole ? chain(quiet, enter) : quiet
}

/** What was entered joins the conversation, and is replied to. */
export function enter(session: Session): Step {
  const { keys, config } = session
  const free = { ...session, keys: null }
  if (!keys || keys.digits === '' || session.phase !== 'open') return [free, []]
  const [id, numbered] = newId(free, 'item')
  const content = [{ type: 'input_text' as const, text: `DTMF: ${keys.digits}` }]
  const item = { type: 'message', id, role: 'user', status: 'completed', content } as const
  return chain(addItem(numbered, item), (next) => {
    const wantsReply = config.audio.input.turn_detection?.create_response !== false
    const mayReply = next.response === null && !next.isTakenOver
    return wantsReply && mayReply ? respond(next) : [next, []]
  })
}
