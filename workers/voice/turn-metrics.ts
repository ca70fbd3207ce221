/**
 * How long the parts of a turn took, from the silence that ended it to the first sound of the reply.
 * Knows no clock: whoever sees something happen says when.
 */

/** Milliseconds; null for what this turn did not have, or what came from the cache. */
export interface TurnMetrics {
  /** The silence that was waited for; null when the client ended the turn itself. */
  vad_ms: number | null
  /** Transcription. */
  stt_ms: number | null
  /** Everything before the model is asked: cache, embedding, search. */
  rag_ms: number | null
  /** From the call of the model to its first words. */
  llm_ttft_ms: number | null
  /** From the first clause to its first sound. */
  tts_ttfb_ms: number | null
  /** From the end of the turn, as it was noticed, to the first sound of the reply. */
  ttfa_ms: number | null
}

/** A reply that is asked for so much later than the words were known is a turn of its own. */
const APART_MS = 250

const NOTHING: TurnMetrics = {
  vad_ms: null,
  stt_ms: null,
  rag_ms: null,
  llm_ttft_ms: null,
  tts_ttfb_ms: null,
  ttfa_ms: null,
}

export class TurnClock {
  #metrics = NOTHING
  #beganAt: number | null = null
  #knownAt: number | null = null
  #clauseAt: number | null = null

  /** The turn is over, its words are not known yet. */
  ended(at: number, vadMs: number | null): void {
    this.#reset(at)
    this.#note({ vad_ms: vadMs })
  }

  transcribed(at: number): void {
    if (this.#beganAt === null) return
    this.#knownAt = at
    this.#note({ stt_ms: at - this.#beganAt })
  }

  asked(at: number): void {
    const since = this.#knownAt ?? this.#beganAt
    if (since === null || at - since > APART_MS) this.#reset(at)
  }

  /** @param timings Of the answer, by stage. */
  answered(timings: Readonly<Record<string, number>>): void {
    const stages = ['versionMs', 'cacheMs', 'embedMs', 'searchMs'] as const
    const rag_ms = stages.reduce((sum, stage) => sum + (timings[stage] ?? 0), 0)
    this.#note({ rag_ms, llm_ttft_ms: timings['firstTokenMs'] ?? null })
  }

  clauseBegan(at: number): void {
    this.#clauseAt ??= at
  }

  /** @returns milliseconds since the turn ended, at its first sound; undefined at later ones */
  sounded(at: number): number | undefined {
    if (this.#beganAt === null || this.#metrics.ttfa_ms !== null) return undefined
    const ttfa_ms = at - this.#beganAt
    this.#note({ ttfa_ms, tts_ttfb_ms: at - (this.#clauseAt ?? at) })
    return ttfa_ms
  }

  /** What was measured, once; undefined when nothing was. */
  take(): TurnMetrics | undefined {
    const metrics = this.#metrics
    const isEmpty = this.#beganAt === null
    this.#reset(null)
    return isEmpty ? undefined : metrics
  }

  #note(more: Partial<TurnMetrics>): void {
    const rounded = Object.entries(more).map(([key, ms]) => [
      key,
      ms === null ? null : Math.round(ms),
    ])
    this.#metrics = { ...this.#metrics, ...Object.fromEntries(rounded) }
  }

  #reset(at: number | null): void {
    this.#metrics = NOTHING
    this.#beganAt = at
    this.#knownAt = null
    this.#clauseAt = null
  }
}
