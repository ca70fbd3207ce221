/** What a client asks of the conversation, event by event; its audio goes through hearing.ts. */
import { cancelAside, createAside } from './asides.ts'
import { updateConfig } from './config.ts'
import {
  contextOf,
  createItem,
  cutItem,
  deleteItem,
  findItem,
  refuse,
  refuseItem,
  retrieveItem,
  speechOf,
} from './conversation.ts'
import { press } from './dtmf.ts'
import { cancel, interrupt } from './ending.ts'
import { offerHold } from './overlap.ts'
import type { ClientEventOf } from './protocol.ts'
import { respond } from './reply.ts'
import { chain, type Session, type SessionEventOf, send, type Step } from './session.ts'
import { events } from './wire.ts'

export function obey(session: Session, { event, at }: SessionEventOf<'client'>): Step {
  switch (event.type) {
    case 'session.update': {
      const updated = { ...session, config: updateConfig(session.config, event.session) }
      return [updated, send(events.sessionUpdated(updated))]
    }
    case 'conversation.item.create':
      return createItem(session, event)
    case 'conversation.item.retrieve':
      return retrieveItem(session, event)
    case 'conversation.item.delete':
      return deleteItem(session, event)
    case 'conversation.item.truncate':
      return truncate(session, event)
    case 'response.create':
      return createResponse(session, event, at)
    case 'response.cancel':
      return cancelResponse(session, event)
    case 'voiceassist.dtmf':
      return press(session, event, at)
    case 'voiceassist.playback.update':
      return offerHold(session, event)
    case 'output_audio_buffer.clear':
      return interrupt(session, at, 'client_cancelled')
  }
}

/** Stops what is playing or still being made of the item, then keeps what was heard of it. */
function truncate(session: Session, event: ClientEventOf<'conversation.item.truncate'>): Step {
  const item = findItem(session, event.item_id)
  if (!item) return refuseItem(session, event)
  if (!speechOf(item)) {
    const text = 'Only spoken replies can be truncated.'
    return refuse(session, event, 'invalid_value', text, 'item_id')
  }
  const isCurrent = session.response?.itemId === item.id
  const quiet = session.playback?.itemId === item.id ? { ...session, playback: null } : session
  const stopped: Step = isCurrent ? cancel(quiet, 'client_cancelled') : [quiet, []]
  return chain(stopped, (next) => cutItem(next, item.id, event.audio_end_ms))
}

function createResponse(
  session: Session,
  event: ClientEventOf<'response.create'>,
  at: number,
): Step {
  const asked = event.response ?? {}
  if (asked.conversation === 'none') return createAside(session, event, asked)
  const { response } = session
  if (response && !isGreeting(session)) {
    const text = `The reply ${response.id} is in progress; cancel it or let it end.`
    return refuse(session, event, 'conversation_already_has_active_response', text)
  }
  if (session.isTakenOver) {
    return refuse(session, event, 'taken_over', 'A person has taken over; the assistant is silent.')
  }
  const context = contextOf(session, asked.input)
  if (!context) {
    const text = 'It refers to an item that is not in this conversation.'
    return refuse(session, event, 'item_not_found', text, 'response.input')
  }
  if (!context.some((item) => item.type === 'message' && item.role === 'user')) {
    return refuse(session, event, 'nothing_asked', 'Add a user message first: replies answer one.')
  }
  const quiet = response ? interrupt(session, at, 'client_cancelled') : ([session, []] as const)
  return chain(quiet, (next) => respond(next, asked))
}

/** Words of ours before the first question: whoever asks one need not hear them out. */
const isGreeting = ({ response, replies, isTakenOver }: Session) =>
  response?.stage === 'working' && replies === 0 && !isTakenOver

function cancelResponse(session: Session, event: ClientEventOf<'response.cancel'>): Step {
  const { response } = session
  const aside = session.asides.find((one) => one.response.id === event.response_id)
  if (aside) return cancelAside(session, aside)
  if (!response || (event.response_id && event.response_id !== response.id)) {
    const text = 'There is no such reply in progress.'
    return refuse(session, event, 'response_cancel_not_active', text)
  }
  return cancel(session, 'client_cancelled')
}

export const refuseLate = (session: Session, { event }: SessionEventOf<'client'>): Step =>
  refuse(session, event, 'session_ending', 'The last turn is over; the session is closing.')
