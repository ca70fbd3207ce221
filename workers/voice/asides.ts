/**
 * Replies out of band (`conversation: "none"`): made beside the conversation, from it or from an input of
 * their own, and no part of it. Each is played on a shadow of the session that has its items alone, so
 * that a reply is made one way; what would tell of the conversation is left out.
 */
import type { ResponseCreate } from './config.ts'
import { contextOf, questionOf, refuse } from './conversation.ts'
import { cancel, end } from './ending.ts'
import { LIMITS } from './limits.ts'
import type { ClientEventOf } from './protocol.ts'
import { beginReply, replyTo } from './reply.ts'
import {
  type Aside,
  chain,
  type Effect,
  type Question,
  type Session,
  type SessionEvent,
  send,
  type Step,
} from './session.ts'
import { events } from './wire.ts'

type Create = ClientEventOf<'response.create'>

export function createAside(session: Session, event: Create, asked: ResponseCreate): Step {
  if (session.asides.length >= LIMITS.asides) {
    const text = `At most ${LIMITS.asides} replies out of band at once; wait for one to end.`
    return refuse(session, event, 'too_many_responses', text)
  }
  if (session.replies >= session.maxTurns * LIMITS.repliesPerTurn) {
    return refuse(session, event, 'turn_limit', 'The session has had all its replies.')
  }
  const context = contextOf(session, asked.input)
  if (!context) {
    const text = 'It refers to an item that is not in this conversation.'
    return refuse(session, event, 'item_not_found', text, 'response.input')
  }
  const question = questionOf(context, true) ?? instructed(asked)
  if (!question) {
    const text = 'Send a user message in its input, or instructions.'
    return refuse(session, event, 'nothing_asked', text, 'response.input')
  }
  const [numbered, response] = beginReply(session, asked)
  const aside = { response: { ...response, isAside: true }, items: [] }
  const begun = { ...numbered, replies: session.replies + 1 }
  const [shadow, effects] = chain(
    [shadowOf(begun, aside), send(events.responseCreated(begun, aside.response))],
    (next) => replyTo(next, aside.response, { ...question, searches: asked.input === undefined }),
  )
  return [merge(begun, aside, shadow), effects]
}

/** What an instruction alone asks for. */
const instructed = ({ instructions }: ResponseCreate): Omit<Question, 'searches'> | undefined =>
  instructions ? { question: '', history: [], exchanges: [], itemId: null } : undefined

export const asideOf = ({ asides }: Session, turn: number): Aside | undefined =>
  asides.find(({ response }) => response.turn === turn)

/** One step of a reply out of band. */
export function stepAside<Event extends SessionEvent>(
  session: Session,
  aside: Aside,
  event: Event,
  move: (shadow: Session, event: Event) => Step,
): Step {
  const [shadow, effects] = move(shadowOf(session, aside), event)
  return [merge(session, aside, shadow), effects.filter(isOutward)]
}

export function cancelAside(session: Session, aside: Aside): Step {
  const [shadow, effects] = cancel(shadowOf(session, aside), 'client_cancelled')
  return [merge(session, aside, shadow), effects.filter(isOutward)]
}

/** Their work is gone. */
export function failAsides(session: Session, message: string): Step {
  return session.asides.reduce<Step>(
    (known, aside) =>
      chain(known, (next) => {
        const [shadow, effects] = end(shadowOf(next, aside), { status: 'failed', message })
        return [merge(next, aside, shadow), effects.filter(isOutward)]
      }),
    [session, []],
  )
}

/** It has no last turn and no caller to hear it. */
const shadowOf = (session: Session, { response, items }: Aside): Session => ({
  ...session,
  response,
  items,
  playback: null,
  turns: 0,
  maxTurns: Number.POSITIVE_INFINITY,
})

function merge(session: Session, aside: Aside, { response, items, serial }: Session): Session {
  const others = session.asides.filter((other) => other.response.id !== aside.response.id)
  const asides = response ? [...others, { response, items }] : others
  return { ...session, serial, asides }
}

const isOutward = (effect: Effect): boolean =>
  effect.type !== 'send' || !/^(conversation\.item|output_audio_buffer)\./.test(effect.event.type)
