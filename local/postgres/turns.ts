/**
 * Turns at something that only so many may use at once: one at PGlite's single session, a few at
 * a server's connections. First come, first served.
 */
export type EndTurn = () => void

/**
 * @param places How many may have a turn at the same time.
 * @returns Waits for a turn. Whoever gives up waiting (`signal`) is passed over and gets an AbortError.
 */
export function createTurns(places: number): (signal?: AbortSignal) => Promise<EndTurn> {
  const waiting: { start: () => void; signal: AbortSignal | undefined }[] = []
  let free = places

  const end = () => {
    const next = waiting.shift()
    if (next) next.start()
    else free++
  }
  return async (signal) => {
    signal?.throwIfAborted()
    if (free > 0) free--
    else await wait(signal)
    let ended = false
    return () => {
      if (!ended) end()
      ended = true
    }
  }

  function wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(entry), 1)
        reject(signal?.reason)
      }
      const start = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const entry = { start, signal }
      waiting.push(entry)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }
}
