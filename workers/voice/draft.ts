/**
 * A reply that is begun on what was said until a pause, while the turn may still go on: the documents are
 * searched and the model asked. When the turn ends with the same words, the reply is there already; else
 * its work is ended, and what that has cost is charged like any other. A draft says nothing and runs nothing.
 * When one is begun is speculation.ts.
 */
import type { Draft, Effect, Session, SessionEvent, Step } from './session.ts'
import { normalised } from './spoken-words.ts'

/** Takes the draft as the reply that is asked for, when it was asked for the same. */
export function adopt(session: Session, effects: readonly Effect[]): Step {
  const { draft, response } = session
  const asked = effects.find((effect) => effect.type === 'answer')
  const isSame = draft && asked?.type === 'answer' && keyOf(asked) === keyOf(draft.asked)
  if (!isSame || !response) return [session, effects]
  const adopted = { ...session, response: { ...response, turn: draft.turn } }
  return [adopted, effects.filter((effect) => effect !== asked)]
}

/** All that the answer follows from; the words as they are said, whatever their punctuation. */
const keyOf = (asked: Draft['asked']) =>
  JSON.stringify({ ...asked, turn: 0, question: normalised(asked.question) })

/** What comes of a draft waits; what failed is tried anew when the turn is over. */
export function collect(session: Session, event: Extract<SessionEvent, { turn: number }>): Step {
  const { draft } = session
  if (draft?.turn !== event.turn) return [session, []]
  if (event.type === 'reply_failed') return drop(session)
  return [{ ...session, draft: { ...draft, heard: [...draft.heard, event] } }, []]
}

export function drop(session: Session): Step {
  const { draft } = session
  if (!draft) return [session, []]
  return [{ ...session, draft: null }, [{ type: 'cancel', turn: draft.turn }]]
}

/**
 * After each step: an adopted draft is heard, one that can be adopted no more is dropped.
 *
 * @param say Moves the reply by one of its events
 */
export function settleDraft(
  session: Session,
  at: number,
  say: (session: Session, event: Extract<SessionEvent, { turn: number }>) => Step,
): Step {
  const { draft, response, speaking, pause } = session
  if (!draft) return [session, []]
  if (draft.turn !== response?.turn) {
    const isOpen = speaking !== null && pause !== null && session.phase === 'open'
    return isOpen ? [session, []] : drop(session)
  }
  let step: Step = [{ ...session, draft: null }, []]
  for (const event of draft.heard) {
    const [known, effects] = step
    if (known.response?.turn !== draft.turn) break
    const [next, more] = say(known, { ...event, at })
    step = [next, [...effects, ...more]]
  }
  return step
}
