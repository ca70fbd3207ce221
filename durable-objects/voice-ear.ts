/**
 * What the caller's sound goes through before it is an event: its format, the buffer, the VAD, and a
 * client that stops sending in the middle of a word. Keeps the object awake while it holds sound.
 */
import { AudioReader } from '../workers/voice/audio-format.ts'
import type { Config } from '../workers/voice/config.ts'
import type { Outcome } from '../workers/voice/engine.ts'
import { type Heard, InputAudio, type Span } from '../workers/voice/input-audio.ts'
import type { listeningOf } from '../workers/voice/listening.ts'
import type { ClientEvent, ClientEventOf } from '../workers/voice/protocol.ts'
import { discernOne } from './voice-discern.ts'

/** An object with a timer does not hibernate; sound that is not committed is in memory only. */
const PIN_MS = 500

/** No frame for this long ends speech; networks stall for less, and clients mute for more. */
const STALL_MS = 1500

interface Refusal {
  code: string
  message: string
}

type SoundEvent = ClientEventOf<`input_audio_buffer.${'append' | 'clear' | 'commit'}`>

export const isSound = (event: ClientEvent): event is SoundEvent =>
  event.type.startsWith('input_audio_buffer.')

/** A client event that cannot be taken. */
function refused(eventId: string | null, code: string, message: string): Outcome {
  const error = { type: 'invalid_request_error' as const, code, message, param: null }
  return { type: 'refused', error: { ...error, event_id: eventId } }
}

interface Listener {
  /** Undefined while nobody is listened to. */
  config: () => Config | undefined
  /** What to listen for now; null when the client commits by itself. */
  detection: () => ReturnType<typeof listeningOf>
  hear: (heard: Heard | Outcome) => void
  /** All that comes in, as samples of 24 kHz. */
  record: (samples: Int16Array) => void
}

export class VoiceEar {
  readonly #listener: Listener
  #input: InputAudio
  #reader = new AudioReader()
  #heardAt = 0
  #pin: ReturnType<typeof setInterval> | undefined

  /** @param positionMs The clock's reading, when the session went on without this object. */
  constructor(positionMs: number | undefined, listener: Listener) {
    this.#input = new InputAudio(discernOne(), positionMs)
    this.#listener = listener
  }

  get positionMs(): number {
    return this.#input.positionMs
  }

  /** Another connection speaks: what the one before it left in the air is gone. */
  connect(): void {
    this.#input = new InputAudio(discernOne(), this.#input.positionMs)
    this.#reader = new AudioReader()
  }

  /** Takes an event about the sound itself; what it comes to is heard. */
  take(event: SoundEvent): void {
    const eventId = event.event_id ?? null
    switch (event.type) {
      case 'input_audio_buffer.append': {
        const refusal = this.#append(event.audio)
        if (refusal) this.#listener.hear(refused(eventId, refusal.code, refusal.message))
        break
      }
      case 'input_audio_buffer.clear':
        this.#input.clear()
        this.#listener.hear({ type: 'cleared' })
        break
      case 'input_audio_buffer.commit':
        this.#listener.hear({ type: 'committed', ...this.#input.commit(), eventId })
    }
  }

  /** @returns why it cannot be taken */
  #append(audio: string): Refusal | undefined {
    const config = this.#listener.config()
    if (!config) return undefined
    const { format } = config.audio.input
    const samples = this.#reader.read(audio, format)
    if (!samples) {
      const message = `Audio is base64 of whole samples of ${format.type}.`
      return { code: 'invalid_audio', message }
    }
    const detection = this.#listener.detection()
    if (!this.#input.hasRoom(samples.length, detection)) {
      const message = 'The buffer holds one minute; commit or clear it first.'
      return { code: 'input_audio_buffer_full', message }
    }
    this.#heardAt = Date.now()
    this.#listener.record(samples)
    for (const heard of this.#input.append(samples, detection)) this.#listener.hear(heard)
    if (this.#input.holdsSound(detection)) this.#pin ??= setInterval(() => this.hold(), PIN_MS)
    return undefined
  }

  awaitSilence(ms: number): void {
    this.#input.awaitSilence(ms)
  }

  cut(span: Span): Int16Array<ArrayBuffer> {
    return this.#input.cut(span)
  }

  /** Runs while there is sound to hold. A client that falls silent mid-word sends no silence. */
  hold(): void {
    const config = this.#listener.config()
    const detection = config ? this.#listener.detection() : null
    const isStalled = detection !== null && Date.now() - this.#heardAt >= STALL_MS
    if (isStalled) for (const heard of this.#input.endSpeech()) this.#listener.hear(heard)
    if (this.#listener.config() && this.#input.holdsSound(detection)) return
    clearInterval(this.#pin)
    this.#pin = undefined
  }
}
