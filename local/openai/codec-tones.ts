/**
 * The sounds of the word codec: which tones stand for a byte, the checksum, and how much of a
 * stretch of audio is a given tone. Pure. Words, frames and timing are in codec.ts.
 */

/** One symbol lasts 40 ms: a byte in data, the sync pair before a word, silence after it. */
export const SYMBOL_SECONDS = 0.04

/** Longer words are said in pieces and heard as several words. */
export const MAX_WORD_BYTES = 63

/** Between the tones of neighbouring symbols: short enough not to blur, long enough not to click. */
const RAMP_SECONDS = 0.002

/** Two tones together at half of full scale leave room for a second voice in the same signal. */
const TONE_AMPLITUDE = 8192

const TONE_SPACING_HZ = 62.5
const LOW_TONES_HZ = Array.from({ length: 16 }, (_, nibble) => 600 + nibble * TONE_SPACING_HZ)
const HIGH_TONES_HZ = Array.from({ length: 16 }, (_, nibble) => 1625 + nibble * TONE_SPACING_HZ)

/** Below and above every data tone, and both inside the 300-3400 Hz of a telephone line. */
const SYNC_TONES_HZ = [500, 2687.5] as const

/** Mixes the pair of tones that means `symbol` into `samples` from `from` up to `to`. */
export function writeSymbol(
  samples: Int16Array,
  from: number,
  to: number,
  sampleRate: number,
  symbol: number | 'sync',
): void {
  const [low, high] = symbol === 'sync' ? SYNC_TONES_HZ : tonesOf(symbol)
  const ramp = RAMP_SECONDS * sampleRate
  for (let index = from; index < to; index++) {
    const edge = Math.min(1, (index - from + 0.5) / ramp, (to - index - 0.5) / ramp)
    const time = (2 * Math.PI * (index - from)) / sampleRate
    samples[index] = Math.round(
      TONE_AMPLITUDE * edge * (Math.sin(low * time) + Math.sin(high * time)),
    )
  }
}

function tonesOf(byte: number): readonly [number, number] {
  return [LOW_TONES_HZ[byte >> 4] ?? 0, HIGH_TONES_HZ[byte & 15] ?? 0]
}

/** CRC-8 with polynomial 0x07 (SMBus), started at 0xff so that a run of zeros does not pass. */
export function crc8(bytes: Iterable<number>): number {
  let crc = 0xff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1
  }
  return crc
}

export interface Ear {
  /** How much of the energy is the sync pair, 0 to 1; 0 when either of its tones is missing. */
  syncShare(samples: Float32Array, from: number): number
  /** The byte heard and how much of the energy its two tones are, 0 to 1. */
  hearByte(samples: Float32Array, from: number): { byte: number; share: number }
}

/** Tells tones apart over windows of one symbol. @param sampleRate Hz, 8000 is enough */
export function createEar(sampleRate: number): Ear {
  const length = Math.round(SYMBOL_SECONDS * sampleRate)
  const wave = (hertz: number) => createProbe(hertz, sampleRate, length)
  const low = LOW_TONES_HZ.map(wave)
  const high = HIGH_TONES_HZ.map(wave)
  const sync = SYNC_TONES_HZ.map(wave)
  return {
    syncShare(samples, from) {
      const energy = energyOf(samples, from, length)
      if (energy < length) return 0
      const shares = sync.map((probe) => probe(samples, from) / energy)
      return Math.min(...shares) < MIN_SYNC_TONE_SHARE ? 0 : sum(shares)
    },
    hearByte(samples, from) {
      const first = loudest(low, samples, from)
      const second = loudest(high, samples, from)
      const energy = Math.max(energyOf(samples, from, length), 1)
      const share = (first.power + second.power) / energy
      return { byte: (first.index << 4) | second.index, share }
    },
  }
}

/** White noise gives one tone of a 40 ms window at 8 kHz about 0.006 of the energy. */
const MIN_SYNC_TONE_SHARE = 0.03

type Probe = (samples: Float32Array, from: number) => number

/** A probe's power is on the scale of the window's energy: a pure tone gives all of it. */
function createProbe(hertz: number, sampleRate: number, length: number): Probe {
  const turn = (index: number) => (2 * Math.PI * hertz * index) / sampleRate
  const cosine = Float32Array.from({ length }, (_, index) => Math.cos(turn(index)))
  const sine = Float32Array.from({ length }, (_, index) => Math.sin(turn(index)))
  return (samples, from) => {
    let real = 0
    let imaginary = 0
    for (let index = 0; index < length; index++) {
      const sample = samples[from + index] ?? 0
      real += sample * (cosine[index] ?? 0)
      imaginary += sample * (sine[index] ?? 0)
    }
    return (2 * (real * real + imaginary * imaginary)) / length
  }
}

function loudest(probes: readonly Probe[], samples: Float32Array, from: number) {
  const powers = probes.map((probe) => probe(samples, from))
  const power = Math.max(...powers)
  return { index: powers.indexOf(power), power }
}

function energyOf(samples: Float32Array, from: number, length: number): number {
  let energy = 0
  for (let index = from; index < from + length; index++) energy += (samples[index] ?? 0) ** 2
  return energy
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
