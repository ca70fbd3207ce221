/**
 * What is waiting to be heard, and how much of each item already was. Pure, so that the answer to
 * "what did the listener hear?" can be tested without a sound card; the worklet drains it.
 */

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

  constructor(rate: number) {
    this.#rate = rate
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0
  }

  push(itemId: string, samples: Int16Array): void {
    this.#pieces.push({ itemId, samples, at: 0 })
  }

  /** Fills `output` with what is next, silence where there is nothing. True if anything sounded. */
  drain(output: Float32Array): boolean {
    let filled = 0
    for (let piece = this.#pieces[0]; piece && filled < output.length; piece = this.#pieces[0]) {
      const count = Math.min(output.length - filled, piece.samples.length - piece.at)
      for (let i = 0; i < count; i += 1) {
        output[filled + i] = (piece.samples[piece.at + i] ?? 0) / 32_768
      }
      if (piece.itemId !== this.#current) this.#played = 0
      this.#current = piece.itemId
      this.#played += count
      piece.at += count
      filled += count
      if (piece.at >= piece.samples.length) this.#pieces.shift()
    }
    output.fill(0, filled)
    return filled > 0
  }

  /**
   * Drops everything. The item that was sounding, and how much of it was heard; null when all of
   * it had been, so that nothing needs to be cut.
   */
  clear(): Heard | null {
    const next = this.#pieces[0]
    this.#pieces = []
    if (!next) return null
    const played = next.itemId === this.#current ? this.#played : 0
    return { itemId: next.itemId, playedMs: Math.floor((played * 1000) / this.#rate) }
  }
}
