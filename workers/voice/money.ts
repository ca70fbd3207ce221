/**
 * What a session has cost and may cost. Near its limit the client is told; at it, or when the tenant's
 * budget gives nothing more, the session says goodbye and is closed with 1008.
 */
import { end } from './ending.ts'
import { bid } from './reply.ts'
import { chain, type Session, type SessionEventOf, send, type Step } from './session.ts'
import { events } from './wire.ts'

/** Said when the money is gone. */
export const OUT_OF_MONEY = 'I have to end our conversation here. Thank you, and goodbye.'

/** Share of the limit at which the client is told, once. */
const WARNED_AT = 0.8

/** A call was paid for. Nothing is ever taken back. */
export function charge(session: Session, { microDollars }: SessionEventOf<'charged'>): Step {
  const spent = session.spent + Math.max(0, microDollars)
  const { maxSpent, phase } = session
  const charged = { ...session, spent }
  const isNear = (sum: number) => sum >= maxSpent * WARNED_AT
  const warning = isNear(spent) && !isNear(session.spent) ? [events.budgetWarning(charged)] : []
  const told: Step = [charged, send(...warning)]
  const isOver = spent >= maxSpent && phase === 'open'
  return isOver ? chain(told, (next) => leaveForMoney(next, 'session_cost_reached')) : told
}

/** The tenant's budget refused a call: what was being made has failed. */
export function goWithoutMoney(session: Session): Step {
  if (session.phase !== 'open') return [session, []]
  const { response } = session
  const message = 'The budget is spent.'
  const stopped: Step = response
    ? chain([session, [{ type: 'cancel', turn: response.turn }]], (next) =>
        end(next, { status: 'failed', message }),
      )
    : [session, []]
  return chain(stopped, (next) => leaveForMoney(next, 'budget_exceeded'))
}

/** A reply that is being made is let end; nothing new begins. */
function leaveForMoney(session: Session, code: 'session_cost_reached' | 'budget_exceeded'): Step {
  const message = MESSAGES[code]
  const type = 'invalid_request_error' as const
  const error = events.error({ type, code, message, param: null, event_id: null })
  const leaving: Session = { ...session, phase: 'farewell', goodbye: 'due', closing: message }
  return chain([leaving, send(error)], sayGoodbye)
}

const MESSAGES = {
  session_cost_reached: 'The session has cost what one session may cost.',
  budget_exceeded: 'The budget of the organisation or of the caller gives nothing more.',
}

/** The last words, once, when no reply is being made any more. */
export function sayGoodbye(session: Session): Step {
  if (session.goodbye !== 'due' || session.response) return [session, []]
  return bid({ ...session, goodbye: 'said' }, OUT_OF_MONEY)
}
