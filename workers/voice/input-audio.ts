/**
 * The input audio buffer: what the caller sent and has not become an item yet, on one running
 * clock, with the VAD listening to it. Holds sound and finds where speech begins and ends; what
 * follows from that is step.ts.
 */
import type { Discern } from './fvad.ts'
import { createHighPass } from './high-pass.ts'
import { LIMITS } from './limits.ts'
import { msOfSamples, samplesOfMs } from './pcm.ts'
import {
  type Detection,
  hear,
  levelOf,
  onsetMs,
  SILENT_VAD,
  type Sound,
  WINDOW_SAMPLES,
} from './vad.ts'

/** Times are milliseconds of audio since the session began. */
export type Heard =
  | { type: 'speech_started'; fromMs: number }
  | { type: 'speech_stopped'; fromMs: number; toMs: number }
  /** A silence that may be the end, and that it was none. */
  | { type: 'paused'; fromMs: number; toMs: number; voicedMs: number }
  | { type: 'resumed'; fromMs: number }

export interface Span {
  fromMs: number
  toMs: number
}

interface Chunk {
  /** Position of the first sample. */
  start: number
  samples: Int16Array
}

export class InputAudio {
  #chunks: Chunk[] = []
  /** Sample positions: of the next sample, the next window, and what may still be committed. */
  #end: number
  #window: number
  #open: number
  /** Where the utterance that is being spoken begins. */
  #speech: number | null = null
  /** Where the voice came back last. */
  #voice = 0
  #vad = SILENT_VAD
  #isPaused = false
  /** Silence that ends this turn, as its words have it. */
  #silenceMs: number | undefined

  readonly #discern: Discern
  readonly #highPass = createHighPass()

  /**
   * @param discern Of this session alone
   * @param positionMs The clock's reading, when the session went on without this buffer.
   */
  constructor(discern: Discern, positionMs = 0) {
    this.#discern = discern
    this.#end = samplesOfMs(positionMs)
    this.#window = this.#end
    this.#open = this.#end
  }

  get positionMs(): number {
    return msOfSamples(this.#end)
  }

  /** Whether sound is held that the session does not know of yet. */
  holdsSound(detection: Detection | null): boolean {
    return this.#speech !== null || (detection === null && this.#end > this.#open)
  }

  /** Utterances found by the VAD are cut at the limit; a client that commits must do so in time. */
  hasRoom(samples: number, detection: Detection | null): boolean {
    const openMs = msOfSamples(this.#end + samples - this.#open)
    return detection !== null || openMs <= LIMITS.maxUtteranceMs
  }

  /** @param detection Null when the client commits by itself: nothing is listened for. */
  append(samples: Int16Array, detection: Detection | null): Heard[] {
    this.#release(detection)
    this.#chunks.push({ start: this.#end, samples })
    this.#end += samples.length
    if (detection) return this.#listen(detection)
    this.#window = this.#end
    return []
  }

  /** Closes the utterance, or whatever was sent since the last one, and says where it lies. */
  commit(): Span {
    const span = { fromMs: msOfSamples(this.#speech ?? this.#open), toMs: this.positionMs }
    this.clear()
    return span
  }

  /** Ends speech that has no end, because the client stopped sending in the middle of it. */
  endSpeech(): Heard[] {
    return this.#speech === null ? [] : [this.#stop(this.#end)]
  }

  /** Forgets what is not committed. */
  clear(): void {
    this.#open = this.#end
    this.#window = this.#end
    this.#speech = null
    this.#goOn()
    this.#vad = { ...SILENT_VAD, minima: this.#vad.minima, windows: this.#vad.windows }
  }

  /** The samples of a span found or committed since the last append. */
  cut({ fromMs, toMs }: Span): Int16Array<ArrayBuffer> {
    const from = samplesOfMs(fromMs)
    const out = new Int16Array(Math.max(0, samplesOfMs(toMs) - from))
    for (const { start, samples } of this.#chunks) {
      const head = samples.subarray(Math.max(0, from - start), from + out.length - start)
      if (start + samples.length > from && head.length > 0) out.set(head, Math.max(0, start - from))
    }
    return out
  }

  #listen(detection: Detection): Heard[] {
    const heard: Heard[] = []
    for (; this.#window + WINDOW_SAMPLES <= this.#end; this.#window += WINDOW_SAMPLES) {
      const wasSpeech = this.#vad.isSpeech
      const silenceDurationMs = this.#silenceMs ?? detection.silenceDurationMs
      this.#vad = hear(this.#vad, this.#soundAt(this.#window), { ...detection, silenceDurationMs })
      const now = this.#window + WINDOW_SAMPLES
      if (!wasSpeech && this.#vad.isSpeech) heard.push(this.#start(now, detection))
      else if (this.#speech !== null && this.#isOver(now)) heard.push(this.#stop(now))
      else heard.push(...this.#pause(now, detection))
    }
    return heard
  }

  /** The turn ends after so much silence, unless it goes on before. */
  awaitSilence(ms: number): void {
    if (this.#isPaused) this.#silenceMs = ms
  }

  /** Told once per silence, and once when it was none. */
  #pause(now: number, { pauseMs }: Detection): Heard[] {
    if (this.#speech === null) return []
    const silentMs = this.#vad.againstMs
    if (!this.#isPaused && pauseMs !== undefined && silentMs >= pauseMs) {
      this.#isPaused = true
      const toMs = msOfSamples(now)
      const voicedMs = toMs - silentMs - msOfSamples(this.#voice)
      return [{ type: 'paused', fromMs: msOfSamples(this.#speech), toMs, voicedMs }]
    }
    if (!this.#isPaused || silentMs > 0) return []
    this.#goOn()
    this.#voice = now - WINDOW_SAMPLES
    return [{ type: 'resumed', fromMs: msOfSamples(now) }]
  }

  #goOn(): void {
    this.#isPaused = false
    this.#silenceMs = undefined
  }

  #isOver(now: number): boolean {
    const spoken = now - (this.#speech ?? now)
    return !this.#vad.isSpeech || msOfSamples(spoken) >= LIMITS.maxUtteranceMs
  }

  #start(now: number, { prefixPaddingMs }: Detection): Heard {
    this.#voice = now - samplesOfMs(onsetMs)
    const onset = this.#voice - samplesOfMs(prefixPaddingMs)
    this.#speech = Math.max(onset, this.#open)
    return { type: 'speech_started', fromMs: msOfSamples(this.#speech) }
  }

  #stop(now: number): Heard {
    const fromMs = msOfSamples(this.#speech ?? now)
    this.#speech = null
    this.#goOn()
    this.#open = now
    this.#vad = { ...this.#vad, isSpeech: false, againstMs: 0 }
    return { type: 'speech_stopped', fromMs, toMs: msOfSamples(now) }
  }

  /** Drops what no commit and no start of speech can reach any more. */
  #release(detection: Detection | null): void {
    if (detection && this.#speech === null) {
      const reach = samplesOfMs(detection.prefixPaddingMs + onsetMs) + WINDOW_SAMPLES
      this.#open = Math.max(this.#open, this.#end - reach)
    }
    const keep = Math.min(this.#speech ?? this.#open, this.#window)
    const first = this.#chunks.findIndex(({ start, samples }) => start + samples.length > keep)
    this.#chunks.splice(0, first === -1 ? this.#chunks.length : first)
  }

  #soundAt(from: number): Sound {
    const samples = this.#windowAt(from)
    return { level: levelOf(this.#highPass(samples)), isVoice: this.#discern(samples) }
  }

  /** Windows rarely lie in one chunk, so their samples are gathered when they do not. */
  #windowAt(from: number): Int16Array {
    const to = from + WINDOW_SAMPLES
    const chunk = this.#chunks.findLast(({ start }) => start <= from)
    if (chunk && to <= chunk.start + chunk.samples.length) {
      return chunk.samples.subarray(from - chunk.start, to - chunk.start)
    }
    return this.cut({ fromMs: msOfSamples(from), toMs: msOfSamples(to) })
  }
}
