/**
 * The queue `exposures`. What it did not take is offered again with what comes next: every message carries
 * what makes a repeat nothing, so one that arrived after all does no harm.
 */
import type { WithEnv } from '../../shared/context.ts'
import type { CountMessage } from './count-schemas.ts'
import type { ExposureMessage } from './schemas.ts'

type Message = CountMessage | ExposureMessage

export interface ExposureEnv {
  readonly EXPOSURES: { send(message: Message): Promise<unknown> }
}

export type QueueContext = WithEnv<ExposureEnv>

/** Messages that wait, at most; the oldest go first. */
const MOST = 1000

const waiting = new WeakMap<ExposureEnv, Message[]>()

/** Never throws, and waits for nothing. */
export function enqueue(ctx: QueueContext, messages: readonly Message[]): void {
  const queue = waiting.get(ctx.env) ?? []
  waiting.set(ctx.env, queue)
  queue.push(...messages)
  const lost = queue.splice(0, Math.max(0, queue.length - MOST)).length
  if (lost > 0) ctx.log.error('messages about flags were lost', { count: lost })
  ctx.defer(sendAll(ctx, queue))
}

async function sendAll({ env, log }: QueueContext, queue: Message[]): Promise<void> {
  for (let message = queue.shift(); message; message = queue.shift()) {
    try {
      await env.EXPOSURES.send(message)
    } catch (error) {
      queue.unshift(message)
      log.warn('the queue of exposures takes nothing', { error })
      return
    }
  }
}
