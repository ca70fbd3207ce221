/**
 * The two processors of the audio thread: microphone (rate conversion, 40 ms frames) and speaker
 * (queue). Loaded by its address through `audioWorklet.addModule`, so it stays free of the DOM.
 */
import { FRAME_SAMPLES, SAMPLE_RATE, toPcm16 } from './pcm.ts'
import { PlaybackQueue } from './playback-queue.ts'
import { Resampler } from './resampler.ts'
import type { SpeakerNotice, SpeakerOrder } from './speaker.ts'

class Microphone extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, SAMPLE_RATE)
  readonly #frame = new Float32Array(FRAME_SAMPLES)
  #filled = 0

  process(inputs: Float32Array[][]): boolean {
    const samples = inputs[0]?.[0]
    if (!samples) return true
    for (const sample of this.#resampler.push(samples)) {
      this.#frame[this.#filled] = sample
      this.#filled += 1
      if (this.#filled === FRAME_SAMPLES) this.#send()
    }
    return true
  }

  #send() {
    const frame = toPcm16(this.#frame)
    this.port.postMessage(frame, [frame.buffer])
    this.#filled = 0
  }
}

class Speaker extends AudioWorkletProcessor {
  readonly #queue = new PlaybackQueue(sampleRate)
  #sounding = false

  constructor() {
    super()
    this.port.addEventListener('message', ({ data }: MessageEvent<SpeakerOrder>) => {
      if (data.type === 'play') this.#queue.push(data.itemId, data.samples)
      else if (data.type === 'level') this.#queue.setLevel(data.level)
      else this.#notify({ type: 'cleared', heard: this.#queue.clear() })
    })
    this.port.start()
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0]?.[0]
    if (!output) return true
    const sounding = this.#queue.drain(output)
    if (this.#sounding && !sounding) this.#notify({ type: 'drained' })
    this.#sounding = sounding
    return true
  }

  #notify(notice: SpeakerNotice) {
    this.port.postMessage(notice, [])
  }
}

registerProcessor('voiceassist-microphone', Microphone)
registerProcessor('voiceassist-speaker', Speaker)
