/**
 * Between the 8 kHz of telephony and the session's 24 kHz, piece by piece: whichever way sound is cut
 * into pieces, the same samples come out. A low-pass keeps what 8 kHz cannot say from folding back.
 */
import { SAMPLE_RATE } from './limits.ts'

export const TELEPHONE_RATE = 8000
const FACTOR = SAMPLE_RATE / TELEPHONE_RATE

/** A multiple of the factor, so that each phase has as many. Sound is half of it late: one millisecond. */
const TAPS = 48

/** Telephony ends at 3.4 kHz (ITU-T G.712); halfway from there to what would fold. */
const CUT_HZ = 3700
const LOW_PASS = lowPass(CUT_HZ / SAMPLE_RATE)

/** A windowed sinc (Blackman), with a sum of one. @param cut Of the sample rate. */
function lowPass(cut: number): Float64Array {
  const taps = Float64Array.from({ length: TAPS }, (_, index) => {
    const at = index - (TAPS - 1) / 2
    const turn = (2 * Math.PI * index) / (TAPS - 1)
    const window = 0.42 - 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn)
    return (Math.sin(2 * Math.PI * cut * at) / (Math.PI * at)) * window
  })
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}

/** 8 kHz to 24 kHz: three samples for each. */
export class Upsampler {
  static readonly #REACH = TAPS / FACTOR - 1
  #past = new Int16Array(Upsampler.#REACH)

  process(samples: Int16Array): Int16Array<ArrayBuffer> {
    const line = join(this.#past, samples)
    const out = new Int16Array(samples.length * FACTOR)
    for (let at = 0; at < out.length; at++) {
      const newest = Math.floor(at / FACTOR) + Upsampler.#REACH
      let sum = 0
      for (let tap = at % FACTOR, back = 0; tap < TAPS; tap += FACTOR, back++) {
        sum += (LOW_PASS[tap] ?? 0) * (line[newest - back] ?? 0)
      }
      out[at] = toSample(sum * FACTOR)
    }
    this.#past = line.slice(samples.length)
    return out
  }
}

/** 24 kHz to 8 kHz: every third sample. */
export class Downsampler {
  #past = new Int16Array(TAPS - 1)
  /** Samples until the next one that is kept. */
  #skip = 0

  process(samples: Int16Array): Int16Array<ArrayBuffer> {
    const line = join(this.#past, samples)
    const kept = Math.max(0, Math.ceil((samples.length - this.#skip) / FACTOR))
    const out = new Int16Array(kept)
    for (let index = 0; index < kept; index++) {
      const newest = this.#skip + index * FACTOR + TAPS - 1
      let sum = 0
      for (let tap = 0; tap < TAPS; tap++) sum += (LOW_PASS[tap] ?? 0) * (line[newest - tap] ?? 0)
      out[index] = toSample(sum)
    }
    this.#skip += kept * FACTOR - samples.length
    this.#past = line.slice(samples.length)
    return out
  }
}

function join(past: Int16Array, samples: Int16Array): Int16Array<ArrayBuffer> {
  const line = new Int16Array(past.length + samples.length)
  line.set(past)
  line.set(samples, past.length)
  return line
}

const toSample = (value: number) => Math.max(-32_768, Math.min(32_767, Math.round(value)))
