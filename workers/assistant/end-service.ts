/** A turn as it is written down, and how long it took. */
import type { ServiceContext } from '../../shared/context.ts'
import type { Bill } from '../usage/service.ts'
import type { Ended } from './store.ts'
import { NEW_TURN, type TurnState } from './turn-state.ts'
import { textOf } from './turn.ts'

export function endOf(turn: TurnState = NEW_TURN, clock: Clock, bill: Bill): Ended {
  const { parts, calls, usage, model } = turn
  const content = textOf(turn)
  const isOpen = turn.status === 'running'
  const failed = calls.some(({ status }) => status === 'failed')
  return {
    status: isOpen ? (content ? 'partial' : 'failed') : turn.status,
    reason: isOpen ? 'cancelled' : turn.reason,
    content,
    parts: [...parts],
    toolCalls: [...calls],
    model,
    fallbackUsed: failed || turn.modelFellBack || turn.reason === 'unavailable',
    usage,
    costMicroDollars: bill.microDollars,
    timings: clock.timings(),
  }
}

export type Clock = ReturnType<typeof startClock>

/** Milliseconds of the turn. */
export function startClock({ now }: Pick<ServiceContext, 'now'>) {
  const began = now().getTime()
  let firstMs: number | undefined
  return {
    hear: () => void (firstMs ??= now().getTime() - began),
    timings(): Record<string, number> {
      const total_ms = now().getTime() - began
      return firstMs === undefined ? { total_ms } : { first_token_ms: firstMs, total_ms }
    },
  }
}
