/**
 * Sample rate conversion of a stream by a windowed sinc: microphones run at 44.1 or 48 kHz, the
 * protocol at 24. Dropping every other sample instead would fold hiss above 12 kHz into speech.
 */

/** Zero crossings on each side; 8 put the alias 60 dB down. */
const LOBES = 8
/** Positions between two samples the filter is tabulated for. */
const PHASES = 128

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))
const hann = (x: number) => 0.5 + 0.5 * Math.cos(Math.PI * x)

function tabulate(cutoff: number, half: number): Float32Array[] {
  return Array.from({ length: PHASES }, (_, phase) => {
    const taps = Float32Array.from({ length: 2 * half }, (_tap, i) => {
      const distance = i - half + 1 - phase / PHASES
      return sinc(distance * cutoff) * hann(Math.max(-1, Math.min(1, distance / half)))
    })
    const sum = taps.reduce((total, tap) => total + tap, 0)
    return taps.map((tap) => tap / sum)
  })
}

export class Resampler {
  readonly #step: number
  readonly #half: number
  readonly #table: Float32Array[]
  #held: Float32Array
  /** Of the next output sample, in input samples from the start of what is held. */
  #position: number

  constructor(from: number, to: number) {
    const cutoff = Math.min(1, to / from)
    this.#step = from / to
    this.#half = Math.ceil(LOBES / cutoff)
    this.#table = tabulate(cutoff, this.#half)
    this.#held = new Float32Array(this.#half)
    this.#position = this.#half
  }

  #sample(input: Float32Array, position: number): number {
    const base = Math.floor(position)
    const taps = this.#table[Math.floor((position - base) * PHASES)] ?? new Float32Array()
    const first = base - this.#half + 1
    return taps.reduce((sum, tap, i) => sum + tap * (input[first + i] ?? 0), 0)
  }

  /** What the samples so far allow to be computed; the rest comes with the next call. */
  push(samples: Float32Array): Float32Array {
    const input = new Float32Array(this.#held.length + samples.length)
    input.set(this.#held)
    input.set(samples, this.#held.length)
    const room = input.length - this.#half - this.#position
    const output = new Float32Array(Math.max(0, Math.ceil(room / this.#step)))
    for (let i = 0; i < output.length; i += 1) {
      output[i] = this.#sample(input, this.#position)
      this.#position += this.#step
    }
    const drop = Math.max(0, Math.floor(this.#position) - this.#half)
    this.#held = input.slice(drop)
    this.#position -= drop
    return output
  }
}
