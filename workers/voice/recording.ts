/**
 * Both sides of a session's sound on one clock, as mu-law: the caller left, the assistant right. Cuts
 * it into segments of 30 s; a segment nobody spoke in is not made. What the caller did not hear is
 * taken back, as the conversation does. Where segments go is recording-client.ts.
 */
import { MU_LAW } from './g711.ts'
import { Downsampler, TELEPHONE_RATE } from './resample.ts'

export const SEGMENT_MS = 30_000
const PER_MS = TELEPHONE_RATE / 1000
const SEGMENT_SAMPLES = SEGMENT_MS * PER_MS

/** Two bytes to a sample: left, right. */
export const SEGMENT_BYTES = SEGMENT_SAMPLES * 2

/** Mu-law's zero; a gap in the recording reads as this. */
export const SILENCE = 0xff

/** Frames come late and in bunches; a caller's sound is moved on only by more than networks jitter. */
const JITTER = 200 * PER_MS

/** A segment ends this much after its last moment, for sound that is still on its way. */
const LAG = 2000 * PER_MS

const LEFT = 0
const RIGHT = 1

export interface Segment {
  /** Its place: it begins at `index` × 30 s. */
  index: number
  bytes: Uint8Array<ArrayBuffer>
}

/** A piece of the item that sounds, as it lies in the recording; all in samples. */
interface Piece {
  itemFrom: number
  at: number
  length: number
}

export class Recorder {
  readonly #startedAt: number
  readonly #open = new Map<number, Uint8Array<ArrayBuffer>>()
  readonly #left = new Downsampler()
  #right = new Downsampler()
  #leftEnd = 0
  #rightEnd = 0
  /** A client may send faster than it speaks; by so much its sound has moved the clock on. */
  #ahead = 0
  #closed: number
  #item = { id: '', length: 0, pieces: [] as Piece[] }
  #dirty = new Set<number>()
  /** Where the assistant's sound is held; null while it plays. */
  #heldAt: number | null = null

  /**
   * @param startedAt Milliseconds since the epoch where the recording begins
   * @param rest Segments that were not complete when the object was restarted
   * @param closed How many segments, from the first, are complete
   */
  constructor(startedAt: number, rest: readonly Segment[] = [], closed = 0) {
    this.#startedAt = startedAt
    this.#closed = closed
    for (const { index, bytes } of rest) this.#open.set(index, bytes)
  }

  /** @param samples 24 kHz, as they came in at `at` */
  hearCaller(samples: Int16Array, at: number): void {
    const bytes = MU_LAW.encode(this.#left.process(samples))
    const said = this.#now(at) - bytes.length
    if (said > this.#leftEnd + JITTER) this.#leftEnd = said
    this.#write(LEFT, this.#leftEnd, bytes)
    this.#leftEnd += bytes.length
    this.#ahead = Math.max(this.#ahead, this.#leftEnd - this.#wall(at))
  }

  /** Sound of a reply, which plays when what was sent before it has been played. */
  hearAssistant(itemId: string, samples: Int16Array, at: number): void {
    if (itemId !== this.#item.id) {
      this.#item = { id: itemId, length: 0, pieces: [] }
      this.#right = new Downsampler()
    }
    const bytes = MU_LAW.encode(this.#right.process(samples))
    const from = Math.max(this.#rightEnd, this.#heldAt ?? this.#now(at))
    this.#write(RIGHT, from, bytes)
    this.#rightEnd = from + bytes.length
    const { length, pieces } = this.#item
    const piece = { itemFrom: length, at: from, length: bytes.length }
    this.#item = { id: itemId, length: length + bytes.length, pieces: [...pieces, piece] }
  }

  /** The rest of the item, from `ms` of its own sound on, was not heard. */
  cut(itemId: string, ms: number): void {
    if (itemId !== this.#item.id) return
    const limit = Math.round(ms * PER_MS)
    for (const { itemFrom, at, length } of this.#item.pieces) {
      const kept = Math.min(Math.max(0, limit - itemFrom), length)
      if (kept === length) continue
      this.#write(RIGHT, at + kept, new Uint8Array(length - kept).fill(SILENCE))
      this.#rightEnd = Math.min(this.#rightEnd, at + kept)
    }
    this.#item = { id: '', length: 0, pieces: [] }
  }

  /** What of the item has not been played yet is not played for now. */
  hold(at: number): void {
    this.#heldAt ??= this.#now(at)
  }

  /** It is played from now on, or cut where it was held. */
  release(at: number): void {
    const heldAt = this.#heldAt
    this.#heldAt = null
    if (heldAt === null || this.#rightEnd <= heldAt) return
    const moved = this.#now(at) - heldAt
    const bytes = this.#read(RIGHT, heldAt, this.#rightEnd - heldAt)
    this.#write(RIGHT, heldAt, new Uint8Array(Math.min(moved, bytes.length)).fill(SILENCE))
    this.#write(RIGHT, heldAt + moved, bytes)
    this.#rightEnd += moved
    const pieces = this.#item.pieces.flatMap((piece) => moveFrom(piece, heldAt, moved))
    this.#item = { ...this.#item, pieces }
  }

  /** Segments that are complete at `at`; at the end, all. Each is given once. */
  take(at: number, isEnd = false): Segment[] {
    const settled = Math.floor((this.#now(at) - LAG) / SEGMENT_SAMPLES)
    const until = isEnd ? Number.POSITIVE_INFINITY : settled
    const done = [...this.#open].filter(([index]) => index < until)
    for (const [index] of done) {
      this.#open.delete(index)
      this.#dirty.delete(index)
    }
    this.#closed = Math.max(this.#closed, Math.min(until, this.#lastOf(done) + 1), 0)
    return done.map(([index, bytes]) => ({ index, bytes }))
  }

  /** Segments that go on, where they changed since the last call. */
  takeChanged(): Segment[] {
    const changed = [...this.#open].filter(([index]) => this.#dirty.has(index))
    this.#dirty.clear()
    return changed.map(([index, bytes]) => ({ index, bytes }))
  }

  get hasChanged(): boolean {
    return this.#dirty.size > 0
  }

  /** Where the recording ends, in milliseconds. */
  durationMs(at: number): number {
    return Math.round(this.#now(at) / PER_MS)
  }

  #lastOf(done: readonly (readonly [number, unknown])[]): number {
    return done.reduce((last, [index]) => Math.max(last, index), this.#closed - 1)
  }

  #wall = (at: number) => Math.max(0, Math.round((at - this.#startedAt) * PER_MS))

  #now = (at: number) => this.#wall(at) + this.#ahead

  #write(side: number, from: number, bytes: Uint8Array): void {
    const first = Math.max(from, this.#closed * SEGMENT_SAMPLES)
    for (let at = first; at < from + bytes.length;) {
      const index = Math.floor(at / SEGMENT_SAMPLES)
      const end = Math.min(from + bytes.length, (index + 1) * SEGMENT_SAMPLES)
      const segment = this.#segment(index)
      for (; at < end; at++) {
        segment[(at - index * SEGMENT_SAMPLES) * 2 + side] = bytes[at - from] ?? SILENCE
      }
      this.#dirty.add(index)
    }
  }

  #read(side: number, from: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, offset) => {
      const at = from + offset
      const index = Math.floor(at / SEGMENT_SAMPLES)
      return this.#open.get(index)?.[(at - index * SEGMENT_SAMPLES) * 2 + side] ?? SILENCE
    })
  }

  #segment(index: number): Uint8Array<ArrayBuffer> {
    const known = this.#open.get(index)
    if (known) return known
    const fresh = new Uint8Array(SEGMENT_BYTES).fill(SILENCE)
    this.#open.set(index, fresh)
    return fresh
  }
}

/** The piece with what lies behind `from` so much later. */
function moveFrom({ itemFrom, at, length }: Piece, from: number, by: number): Piece[] {
  const kept = Math.min(Math.max(0, from - at), length)
  const rest = { itemFrom: itemFrom + kept, at: at + kept + by, length: length - kept }
  return [{ itemFrom, at, length: kept }, rest].filter((piece) => piece.length > 0)
}
