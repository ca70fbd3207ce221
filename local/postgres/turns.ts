/**
 * Turns at something that only so many may use at once: one at PGlite's single session, a few at
 * a server's connections. First come, first served.
 */
export type EndTurn = () => void

interface Waiting {
  readonly start: () => void
}

export class Turns {
  readonly #waiting: Waiting[] = []
  #free: number

  /** @param places How many may have a turn at the same time. */
  constructor(places: number) {
    this.#free = places
  }

  /**
   * Waits for a turn; the returned function ends it. Who gives up waiting is passed over.
   *
   * @throws AbortError when `signal` aborts first
   */
  async take(signal?: AbortSignal): Promise<EndTurn> {
    signal?.throwIfAborted()
    if (this.#free > 0) this.#free--
    else await this.#wait(signal)
    let ended = false
    return () => {
      if (!ended) this.#end()
      ended = true
    }
  }

  #end(): void {
    const next = this.#waiting.shift()
    if (next) next.start()
    else this.#free++
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        reject(signal?.reason)
      }
      const start = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const entry = { start }
      this.#waiting.push(entry)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }
}
