/** Fills a silence: when the next thing takes too long, something is said meanwhile. */

/**
 * Passes on `items`. Whenever `isWaiting` holds and the next one has not come after `afterMs`,
 * `filler` comes first, once.
 */
export async function* withFiller<Item, Filler>(
  items: AsyncIterator<Item>,
  { afterMs, filler, isWaiting }: { afterMs: number; filler: Filler; isWaiting: () => boolean },
): AsyncGenerator<Item | Filler> {
  let isFilled = false
  try {
    for (;;) {
      const next = items.next()
      if (!isFilled && isWaiting() && (await isLate(next, afterMs))) {
        isFilled = true
        yield filler
      }
      const { done, value } = await next
      if (done) return
      yield value
    }
  } finally {
    await items.return?.()
  }
}

/** A failure is not late; whoever awaits `work` gets it. */
async function isLate(work: Promise<unknown>, afterMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), afterMs)
  })
  const inTime = () => false
  try {
    return await Promise.race([work.then(inTime, inTime), late])
  } finally {
    clearTimeout(timer)
  }
}
