/**
 * Carries out what a session asks of models: each reply's work can be ended by itself, clauses leave
 * in the order they were asked for, and failed work becomes an event. What is asked is step.ts.
 */
import { ProblemError } from '../shared/errors.ts'
import { createEngine, type EngineContext } from '../workers/voice/engine-service.ts'
import type { Outcome } from '../workers/voice/engine.ts'
import type { Owner } from '../workers/voice/service.ts'
import type { SlowEffect } from '../workers/voice/session.ts'
import type { VoiceMetrics } from './voice-metrics.ts'
import { traceEffect } from './voice-trace.ts'

interface Desk {
  env: EdgeEnv
  execution: Pick<DurableObjectState, 'waitUntil'>
  metrics: VoiceMetrics
  owner: () => Owner | undefined
  context: () => EngineContext
  /** The samples of an utterance. */
  cut: (span: { fromMs: number; toMs: number }) => Int16Array<ArrayBuffer>
  happen: (outcome: Outcome) => void
}

const isOverBudget = (error: unknown) =>
  error instanceof ProblemError && error.code === 'budget_exceeded'

export class VoiceWork {
  readonly #desk: Desk
  readonly #engine = createEngine()
  /** The tail of the speech queue. */
  #speech = Promise.resolve()
  /** By turn. */
  readonly #replies = new Map<number, AbortController>()
  /** Ends everything when the session does. */
  readonly #line = new AbortController()

  constructor(desk: Desk) {
    this.#desk = desk
  }

  run(effect: SlowEffect): void {
    const signal = this.#signalOf(effect)
    if (effect.type === 'speak' || effect.type === 'finish') {
      this.#speech = this.#speech.then(() => this.#perform(effect, signal))
    } else void this.#perform(effect, signal)
  }

  /** Ends the work on one reply; what it still brings is not wanted. */
  cancel(turn: number): void {
    this.#replies.get(turn)?.abort()
    this.#replies.delete(turn)
  }

  end(): void {
    this.#line.abort()
    this.#engine.close()
  }

  #signalOf(effect: SlowEffect): AbortSignal {
    if (effect.type === 'transcribe') return this.#line.signal
    const reply = this.#replies.get(effect.turn) ?? new AbortController()
    this.#replies.set(effect.turn, reply)
    return AbortSignal.any([reply.signal, this.#line.signal])
  }

  /** Work of a cancelled reply ends silently. */
  async #perform(effect: SlowEffect, signal: AbortSignal): Promise<void> {
    const { env, execution, metrics, owner, context, cut, happen } = this.#desk
    const utterance = effect.type === 'transcribe' ? cut(effect) : new Int16Array()
    const ctx = context()
    try {
      await traceEffect(env, execution, { effect, owner: owner() }, async () => {
        const outcomes = this.#engine.perform(ctx, effect, utterance, signal)
        for await (const outcome of metrics.follow(effect, outcomes, signal)) {
          if (signal.aborted) return
          happen(outcome)
        }
      })
    } catch (error) {
      if (!signal.aborted) this.#fail(effect, error)
    } finally {
      // Also what was cut off has cost something.
      const { microDollars } = ctx.bill
      if (microDollars > 0) happen({ type: 'charged', microDollars })
    }
    if (effect.type === 'finish') this.#replies.delete(effect.turn)
  }

  #fail(effect: SlowEffect, error: unknown): void {
    const { context, happen } = this.#desk
    if (isOverBudget(error)) happen({ type: 'unaffordable' })
    else context().log.error('voice effect failed', { effect: effect.type, error })
    if (effect.type === 'transcribe') {
      const { pause, itemId } = effect
      if (pause === null) happen({ type: 'transcription_failed', itemId })
      else happen({ type: 'pause_missed', pause })
    } else happen({ type: 'reply_failed', turn: effect.turn })
  }
}
