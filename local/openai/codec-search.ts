/**
 * Finds the frames of the word codec in samples that keep coming. Pure; how a word is put into a
 * frame is in codec.ts, the tones are in codec-tones.ts.
 */
import { crc8, createEar, type Ear, MAX_WORD_BYTES, SYMBOL_SECONDS } from './codec-tones.ts'

export interface SpokenWord {
  readonly text: string
  /** From the first sample given, in milliseconds. */
  readonly startMs: number
  /** End of the word's last sound; the silence after it is not part of it. */
  readonly endMs: number
}

/** Step of the search for a sync, a sixteenth of a symbol. */
const HOP_SECONDS = SYMBOL_SECONDS / 16

/** Share of the energy in the sync pair: at 3 dB more noise than voice it is 0.33. */
const MIN_SYNC_SHARE = 0.12

/** The same for a byte; chance in white noise gives 0.04. */
const MIN_BYTE_SHARE = 0.1

/** Starts tried around a sync: part of it may be lost, and then its best fit is not its start. */
const MAX_TRIES = 12

type Attempt =
  | { readonly type: 'word'; readonly text: string; readonly end: number }
  | { readonly type: 'nothing' }
  /** Its next symbol ends at `needs`, which is not there yet. */
  | { readonly type: 'unfinished'; readonly needs: number }

type Frame = Attempt & { readonly start: number }

export interface Search {
  /** Hears on; `ended` gives up on the unfinished word. */
  hear(more: Float32Array, ended: boolean): SpokenWord[]
}

/** @param rate Hz of the samples to come */
export function createSearch(rate: number): Search {
  const ear = createEar(rate)
  const symbol = Math.round(SYMBOL_SECONDS * rate)
  const hop = Math.round(HOP_SECONDS * rate)
  const toMs = (position: number) => Math.round((position / rate) * 1000)
  let samples = new Float32Array(0)
  let waiting: Float32Array[] = []
  let waitingLength = 0
  /** Searching on is of no use with fewer samples. */
  let needed = 0
  /** Position in the stream of samples[0]. */
  let dropped = 0

  function scan(ended: boolean): SpokenWord[] {
    const words: SpokenWord[] = []
    let position = 0
    // The starts around a sync lie within one symbol, and each needs a window of one symbol.
    const reach = ended ? symbol : 2 * symbol
    needed = reach
    while (position + reach <= samples.length) {
      if (ear.syncShare(samples, position) < MIN_SYNC_SHARE) {
        position += hop
        continue
      }
      const frame = frameNear(ear, samples, position, symbol, hop)
      if (frame.type === 'word') {
        const startMs = toMs(dropped + frame.start)
        words.push({ text: frame.text, startMs, endMs: toMs(dropped + frame.end) })
        position = frame.end
      } else if (frame.type === 'nothing') {
        position += 8 * hop
      } else if (ended) {
        position = frame.start + symbol
      } else {
        needed = frame.needs - position
        break
      }
    }
    samples = samples.slice(position)
    dropped += position
    return words
  }

  return {
    hear(more, ended) {
      waiting.push(more)
      waitingLength += more.length
      if (!ended && samples.length + waitingLength < needed) return []
      samples = concat([samples, ...waiting])
      waiting = []
      waitingLength = 0
      return scan(ended)
    },
  }
}

/**
 * The frame behind the sync at or soon after `from`. The likeliest start that may still become a
 * word is waited for: a less likely one hears the same word at a wrong time.
 */
function frameNear(
  ear: Ear,
  samples: Float32Array,
  from: number,
  symbol: number,
  hop: number,
): Frame {
  for (const start of likelyStarts(ear, samples, from, symbol, hop)) {
    const attempt = readFrame(ear, samples, start + symbol, symbol)
    if (attempt.type !== 'nothing') return { ...attempt, start }
  }
  return { type: 'nothing', start: from }
}

function likelyStarts(
  ear: Ear,
  samples: Float32Array,
  from: number,
  symbol: number,
  hop: number,
): number[] {
  const starts: { start: number; share: number }[] = []
  for (let start = from; start <= from + symbol; start += hop) {
    if (start + symbol > samples.length) break
    starts.push({ start, share: ear.syncShare(samples, start) })
  }
  return starts
    .filter(({ share }) => share >= MIN_SYNC_SHARE)
    .toSorted((a, b) => b.share - a.share)
    .slice(0, MAX_TRIES)
    .map(({ start }) => start)
}

/** Reads length, bytes and CRC from `from` on, and stops at the first symbol that is none. */
function readFrame(ear: Ear, samples: Float32Array, from: number, symbol: number): Attempt {
  const data: number[] = []
  let symbols = 2
  for (let at = from; data.length < symbols; at += symbol) {
    if (at + symbol > samples.length) return { type: 'unfinished', needs: at + symbol }
    const { byte, share } = ear.hearByte(samples, at)
    if (share < MIN_BYTE_SHARE) return { type: 'nothing' }
    if (data.length === 0) {
      if (byte === 0 || byte > MAX_WORD_BYTES) return { type: 'nothing' }
      symbols = byte + 2
    }
    data.push(byte)
  }
  if (crc8(data.slice(0, -1)) !== data.at(-1)) return { type: 'nothing' }
  const text = textOf(data.slice(1, -1))
  return text ? { type: 'word', text, end: from + symbols * symbol } : { type: 'nothing' }
}

function textOf(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}

function concat(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
