/**
 * The word codec: speech a machine can hear exactly, at the pace of a person (170 words a minute).
 * Each word is a frame of 40 ms symbols: sync, length, UTF-8 bytes, CRC-8, silence. It survives
 * telephone lines, noise and loss, and a word is heard whole or not at all, so what is said over
 * real audio paths can be checked as text. Pure, for Node, workerd and browsers.
 */
import { createSearch, type SpokenWord } from './codec-search.ts'
import { crc8, MAX_WORD_BYTES, SYMBOL_SECONDS, writeSymbol } from './codec-tones.ts'

/** Sync, length, CRC and the silence after the word. */
const FRAME_OVERHEAD_SYMBOLS = 4

/**
 * Says `text`, word by word as white space separates them.
 *
 * @param sampleRate Hz, at least 8000
 * @returns PCM16 mono; empty for a text without words
 */
export function encodeWords(text: string, sampleRate = 24_000): Int16Array {
  const frames = text.split(/\s+/u).flatMap(piecesOf)
  const symbols = frames.reduce((total, word) => total + word.length + FRAME_OVERHEAD_SYMBOLS, 0)
  const at = (symbol: number) => Math.round(symbol * SYMBOL_SECONDS * sampleRate)
  const samples = new Int16Array(at(symbols))
  let next = 0
  for (const word of frames) {
    const data = [word.length, ...word]
    for (const symbol of ['sync' as const, ...data, crc8(data)]) {
      writeSymbol(samples, at(next), at(next + 1), sampleRate, symbol)
      next++
    }
    next++
  }
  return samples
}

/** Bytes of a word in pieces a frame can hold, never cut inside a character. */
function piecesOf(word: string): Uint8Array[] {
  const encoder = new TextEncoder()
  const pieces: string[] = []
  for (const character of word) {
    const last = pieces.at(-1) ?? ''
    const fits = encoder.encode(last + character).length <= MAX_WORD_BYTES
    if (pieces.length > 0 && fits) pieces[pieces.length - 1] = last + character
    else pieces.push(character)
  }
  return pieces.map((piece) => encoder.encode(piece))
}

/** Hears the words of a whole recording. @param sampleRate Hz of `samples`, at least 8000 */
export function decodeWords(samples: Int16Array, sampleRate: number): SpokenWord[] {
  const decoder = createDecoder(sampleRate)
  return [...decoder.push(samples), ...decoder.end()]
}

export interface WordDecoder {
  /** Hears on and returns the words completed by these samples, in order. */
  push(samples: Int16Array): SpokenWord[]
  /** Gives up on the unfinished word and returns those that were held back behind it. */
  end(): SpokenWord[]
}

/** Samples per second the ear works with at least; the highest tone is below 2.7 kHz. */
const EAR_RATE = 8000

/**
 * Hears words in audio that arrives piece by piece.
 *
 * @param sampleRate Hz of the samples to come, at least 8000
 * @throws RangeError for a lower rate
 */
export function createDecoder(sampleRate: number): WordDecoder {
  if (sampleRate < EAR_RATE) throw new RangeError(`sample rate ${sampleRate} is below ${EAR_RATE}`)
  const factor = Math.floor(sampleRate / EAR_RATE)
  const decimate = createDecimator(factor)
  const search = createSearch(sampleRate / factor)
  return {
    push: (samples) => search.hear(decimate(samples), false),
    end: () => search.hear(new Float32Array(0), true),
  }
}

/** Averages every `factor` samples: a low-pass that is good enough, the tones being far below. */
function createDecimator(factor: number): (samples: Int16Array) => Float32Array {
  let total = 0
  let count = 0
  return (samples) => {
    const out = new Float32Array(Math.floor((count + samples.length) / factor))
    let length = 0
    for (const sample of samples) {
      total += sample
      if (++count < factor) continue
      out[length++] = total / factor
      total = 0
      count = 0
    }
    return out
  }
}
