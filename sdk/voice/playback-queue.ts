/**
 * What is waiting to be heard, and how much of each item already was. Pure, so that the answer to
 * "what did the listener hear?" can be tested without a sound card; the worklet drains it.
 */

/** From silence to full level: a step is a click. */
const FADE_SECONDS = 0.01

interface Piece {
  itemId: string
  samples: Int16Array
  at: number
}

/** How far an item was played when it was cut. */
export interface Heard {
  itemId: string
  playedMs: number
}

export class PlaybackQueue {
  readonly #rate: number
  #pieces: Piece[] = []
  #current = ''
  #played = 0
  #level = 1
  #target = 1

  constructor(rate: number) {
    this.#rate = rate
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0
  }

  push(itemId: string, samples: Int16Array): void {
    this.#pieces.push({ itemId, samples, at: 0 })
  }

  /** How loud it is played from here on, 0 to 1, in a short fade; at 0 it is held, and nothing is lost. */
  setLevel(level: number): void {
    this.#target = level
  }

  /** Fills `output` with what is next, silence where there is nothing. True if more may sound. */
  drain(output: Float32Array): boolean {
    let filled = 0
    for (let piece = this.#pieces[0]; piece && filled < output.length; piece = this.#pieces[0]) {
      if (this.#isHeld()) break
      const room = Math.min(output.length - filled, piece.samples.length - piece.at)
      let count = 0
      for (; count < room && !this.#isHeld(); count += 1) {
        output[filled + count] = ((piece.samples[piece.at + count] ?? 0) / 32_768) * this.#fade()
      }
      if (piece.itemId !== this.#current) this.#played = 0
      this.#current = piece.itemId
      this.#played += count
      piece.at += count
      filled += count
      if (piece.at >= piece.samples.length) this.#pieces.shift()
    }
    output.fill(0, filled)
    return filled > 0 || !this.isEmpty
  }

  #isHeld = () => this.#level === 0 && this.#target === 0

  /** The level, one sample further on its way. */
  #fade(): number {
    const step = 1 / (this.#rate * FADE_SECONDS)
    const before = this.#level
    const way = this.#target - before
    this.#level = Math.abs(way) <= step ? this.#target : before + Math.sign(way) * step
    // No sample is played at nothing.
    return Math.max(before, this.#level)
  }

  /**
   * Drops everything. The item that was sounding, and how much of it was heard; null when all of
   * it had been, so that nothing needs to be cut.
   */
  clear(): Heard | null {
    const next = this.#pieces[0]
    this.#pieces = []
    this.#level = this.#target
    if (!next) return null
    const played = next.itemId === this.#current ? this.#played : 0
    return { itemId: next.itemId, playedMs: Math.floor((played * 1000) / this.#rate) }
  }
}
