/** What a voice session is counted by: that it is open, and how long each stage of a turn takes. */
import { type Metrics, type MetricsEnv, metricsOf, type WaitUntil } from '../shared/metrics.ts'
import { LIMITS } from '../workers/voice/limits.ts'
import type { Outcome } from '../workers/voice/perform.ts'
import type { SlowEffect } from '../workers/voice/session.ts'

/** What an effect's stage is called in metrics and spans. */
export const STAGES = { transcribe: 'stt', answer: 'llm', speak: 'tts' } as const

export class VoiceMetrics {
  readonly #metrics: Metrics
  /** When the turn began whose first sound is still to come, in milliseconds. */
  #turnBegan: number | null = null

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
    { type }: SlowEffect,
    outcomes: AsyncGenerator<Outcome>,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome> {
    const at = performance.now()
    if (type === 'transcribe') this.#turnBegan = at
    if (type === 'answer') this.#turnBegan ??= at
    try {
      for await (const outcome of outcomes) {
        if (outcome.type === 'audio') this.#sounded()
        yield outcome
      }
      if (type !== 'finish') this.#observe(STAGES[type], at)
    } catch (error) {
      const isFailure = type !== 'finish' && !signal.aborted
      if (isFailure)
        this.#metrics.inc('voice_processing_errors_total', { error_type: STAGES[type] })
      throw error
    }
  }

  /** A turn lasts from the end of what was said to the first sound of the reply. */
  #sounded(): void {
    if (this.#turnBegan === null) return
    this.#observe('turn', this.#turnBegan)
    this.#turnBegan = null
  }

  #observe(stage: 'stt' | 'llm' | 'tts' | 'turn', began: number): void {
    const seconds = (performance.now() - began) / 1000
    this.#metrics.observe('voice_processing_duration_seconds', { stage }, seconds)
  }
}
