/**
 * Sample rate conversion of a stream by a windowed sinc: microphones run at 44.1 or 48 kHz, the
 * protocol at 24. Dropping every other sample instead would fold hiss above 12 kHz into speech.
 * Rates are whole numbers, so output samples fall on finitely many places between input samples
 * (one for 48 kHz, 80 for 44.1): each has its own taps and no position is ever rounded.
 */

/** Zero crossings on each side; 8 put the alias 60 dB down. */
const LOBES = 8

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))
const hann = (x: number) => 0.5 + 0.5 * Math.cos(Math.PI * Math.max(-1, Math.min(1, x)))
const divisorOf = (a: number, b: number): number => (b === 0 ? a : divisorOf(b, a % b))

/** Taps for an output sample that lies `phase` (0 to 1) after an input sample; they sum to 1. */
function tapsAt(phase: number, cutoff: number, half: number): Float32Array {
  const taps = Float32Array.from({ length: 2 * half }, (_, i) => {
    const distance = i - half + 1 - phase
    return sinc(distance * cutoff) * hann(distance / half)
  })
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}

export class Resampler {
  /** Input samples per `#places` output samples. */
  readonly #advance: number
  readonly #places: number
  readonly #half: number
  readonly #taps: readonly Float32Array[]
  #held: Float32Array
  /** Of the next output sample: the input sample at or before it, and how many places after. */
  #base: number
  #place = 0

  /** @param from Hz, a whole number @param to Hz, a whole number */
  constructor(from: number, to: number) {
    const divisor = divisorOf(from, to)
    const cutoff = Math.min(1, to / from)
    this.#advance = from / divisor
    this.#places = to / divisor
    const half = Math.ceil(LOBES / cutoff)
    this.#half = half
    this.#taps = Array.from({ length: this.#places }, (_, i) =>
      tapsAt(i / this.#places, cutoff, half),
    )
    this.#held = new Float32Array(half)
    this.#base = half
  }

  /** What the samples so far allow to be computed; the rest comes with the next call. */
  push(samples: Float32Array): Float32Array {
    const input = new Float32Array(this.#held.length + samples.length)
    input.set(this.#held)
    input.set(samples, this.#held.length)
    const output: number[] = []
    while (this.#base + this.#half < input.length) output.push(this.#next(input))
    const drop = this.#base - this.#half
    this.#held = input.slice(drop)
    this.#base -= drop
    return Float32Array.from(output)
  }

  #next(input: Float32Array): number {
    const first = this.#base - this.#half + 1
    const taps = this.#taps[this.#place] ?? new Float32Array()
    let sum = 0
    for (let i = 0; i < taps.length; i += 1) sum += (taps[i] ?? 0) * (input[first + i] ?? 0)
    this.#place += this.#advance
    this.#base += Math.floor(this.#place / this.#places)
    this.#place %= this.#places
    return sum
  }
}
