/** What a voice session is counted by: that it is open, and how long each stage of a turn takes. */
import { type Metrics, type MetricsEnv, metricsOf, type WaitUntil } from '../shared/metrics.ts'
import type { Measured, Outcome } from '../workers/voice/engine.ts'
import { LIMITS } from '../workers/voice/limits.ts'
import type { SlowEffect } from '../workers/voice/session.ts'
import { TurnClock } from '../workers/voice/turn-metrics.ts'
import { events, type ServerEvent } from '../workers/voice/wire.ts'

/** What an effect's stage is called in metrics and spans. */
export const STAGES = { transcribe: 'stt', answer: 'llm', speak: 'tts' } as const

/** Those of a turn that no effect is by itself. */
const PARTS = [
  ['vad_ms', 'vad'],
  ['rag_ms', 'rag'],
  ['llm_ttft_ms', 'llm_ttft'],
  ['tts_ttfb_ms', 'tts_ttfb'],
] as const

export class VoiceMetrics {
  readonly #metrics: Metrics
  readonly #turn = new TurnClock()

  constructor(env: MetricsEnv, waitUntil: WaitUntil) {
    this.#metrics = metricsOf(env, waitUntil)
  }

  /** The object may be killed: then the session's part of the gauge ends when it would have. */
  opened(sessionId: string): void {
    this.#metrics.inc('conversations_created_total', {})
    this.#hold(sessionId, 1)
  }

  /** It says goodbye, for it had all its turns. */
  exhausted(): void {
    this.#metrics.inc('voiceassist_max_turns_reached_total', {})
  }

  ended(sessionId: string): void {
    this.#hold(sessionId, 0)
  }

  #hold(holder: string, value: number): void {
    const part = { holder, value, forMs: LIMITS.sessionMs }
    this.#metrics.hold('voiceassist_voice_sessions_active', {}, part)
  }

  /** Passes on what an effect brings; one that was cancelled counts for nothing. */
  async *follow(
    effect: SlowEffect,
    outcomes: AsyncGenerator<Outcome | Measured>,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome> {
    const { type } = effect
    const at = performance.now()
    this.#begin(effect, at)
    try {
      for await (const outcome of outcomes) {
        if (outcome.type === 'measured') this.#turn.answered(outcome.timings)
        else {
          if (outcome.type === 'audio') this.#sounded()
          if (type === 'transcribe') this.#turn.transcribed(performance.now())
          yield outcome
        }
      }
      if (type !== 'finish') this.#observe(STAGES[type], performance.now() - at)
    } catch (error) {
      const isFailure = type !== 'finish' && !signal.aborted
      if (isFailure)
        this.#metrics.inc('voice_processing_errors_total', { error_type: STAGES[type] })
      throw error
    }
  }

  /** The caller's turn is over. @param vadMs The silence that was waited for */
  turnEnded(vadMs: number | null): void {
    this.#turn.ended(performance.now(), vadMs)
  }

  #begin(effect: SlowEffect, at: number): void {
    if (effect.type === 'answer') this.#turn.asked(at)
    if (effect.type === 'speak') this.#turn.clauseBegan(at)
  }

  /** What is told behind an event: with the end of a reply, what its turn took. */
  after(event: ServerEvent): ServerEvent[] {
    if (event.type !== 'response.done') return []
    const turn = this.#turn.take()
    if (!turn) return []
    for (const [part, stage] of PARTS) {
      const ms = turn[part]
      if (typeof ms === 'number') this.#observe(stage, ms)
    }
    return [events.turnMetrics(event.response.id, turn)]
  }

  #sounded(): void {
    const ms = this.#turn.sounded(performance.now())
    if (ms !== undefined) this.#observe('turn', ms)
  }

  #observe(stage: Stage, ms: number): void {
    this.#metrics.observe('voice_processing_duration_seconds', { stage }, ms / 1000)
  }
}

type Stage = (typeof STAGES)[keyof typeof STAGES] | (typeof PARTS)[number][1] | 'turn'
