/** When a reply is begun before the turn is over: draft.ts says what becomes of it. */
import { addItem } from './conversation.ts'
import { respond } from './reply.ts'
import type { Session, Step } from './session.ts'
import { platformToolsIn } from './tools.ts'
import { silenceFor, UNSURE_MS } from './turn-end.ts'

/** Drafts for one utterance: each is a call of the model. */
const DRAFTS = 2

/** Begins a reply to the words at a pause, where they may be all. */
export function speculate(session: Session, text: string): Step {
  if (!mayDraft(session) || !mayBeWhole(text)) return [session, []]
  const item = {
    type: 'message' as const,
    id: session.speaking ?? '',
    role: 'user' as const,
    status: 'completed' as const,
    content: [{ type: 'input_audio' as const, transcript: text }],
  }
  const [shadow, effects] = respond(addItem(session, item)[0])
  const [asked] = effects.flatMap((effect) => (effect.type === 'answer' ? [effect] : []))
  if (!asked) return [session, []]
  const draft = { turn: asked.turn, asked, heard: [] }
  const { serial } = shadow
  return [{ ...session, serial, draft, drafts: session.drafts + 1 }, [asked]]
}

function mayDraft(session: Session): boolean {
  const { speculates, draft, drafts, speaking, response, overlap, isTakenOver } = session
  const detection = session.config.audio.input.turn_detection
  return (
    speculates &&
    draft === null &&
    drafts < DRAFTS &&
    speaking !== null &&
    response === null &&
    overlap === null &&
    !isTakenOver &&
    detection?.create_response === true &&
    // Tools do things, and nobody has asked for them yet.
    platformToolsIn(session.config.tools).length === 0
  )
}

const mayBeWhole = (text: string) =>
  text.trim() !== '' && silenceFor(text, 'auto') <= UNSURE_MS.auto
