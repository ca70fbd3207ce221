/**
 * Collects what is to leave an isolate by itself, and sends it in batches that nobody waits for. What
 * cannot be sent is lost and counted: telemetry never holds up or fails the work it tells of.
 */
export type WaitUntil = (work: Promise<unknown>) => void

export type BatchResult = 'sent' | 'failed' | 'dropped'

interface Options<Item> {
  /** Size sent at once; so much waiting is sent without delay. */
  maxBatch: number
  /** Milliseconds from the first item to the batch that carries it. */
  delayMs: number
  /** Size that waits at most; the oldest items go first. */
  maxQueue: number
  /** What an item counts for; 1 where it is left out. */
  sizeOf?: (item: Item) => number
  send: (items: readonly Item[]) => Promise<void>
  onResult?: (result: BatchResult, size: number) => void
  /** Milliseconds since any fixed moment. */
  now?: () => number
  wait?: (ms: number) => Promise<void>
}

/** Milliseconds after which a request that carried a batch is taken to have ended without it. */
const CARRIER_MS = 30_000

export interface Batcher<Item> {
  /**
   * @param waitUntil Carries the batch, if none is on its way. Without one the items wait for the
   *   next call that brings it, which may bring no items.
   */
  add(items: readonly Item[], waitUntil?: WaitUntil): void
}

export function createBatcher<Item>(options: Options<Item>): Batcher<Item> {
  const { maxBatch, delayMs, maxQueue, send, onResult = () => {} } = options
  const { sizeOf = () => 1, now = Date.now, wait = sleep } = options
  const queue: Item[] = []
  let size = 0
  let armedAt = Number.NEGATIVE_INFINITY

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const [items, sum] = take(maxBatch)
      try {
        await send(items)
        onResult('sent', sum)
      } catch {
        onResult('failed', sum)
      }
    }
  }

  /** The oldest items that together reach `most`; nothing when there are none. */
  function take(most: number): [Item[], number] {
    const items: Item[] = []
    let sum = 0
    for (const item of queue) {
      if (sum >= most) break
      items.push(item)
      sum += sizeOf(item)
    }
    queue.splice(0, items.length)
    size -= sum
    return [items, sum]
  }

  async function drainLater(): Promise<void> {
    await wait(delayMs)
    armedAt = Number.NEGATIVE_INFINITY
    await drain()
  }

  function drop(): void {
    const excess = size - maxQueue
    if (excess > 0) onResult('dropped', take(excess)[1])
  }

  return {
    add(items, waitUntil) {
      queue.push(...items)
      size += items.reduce((sum, item) => sum + sizeOf(item), 0)
      drop()
      if (!waitUntil) return
      if (size >= maxBatch) return waitUntil(drain())
      const at = now()
      if (queue.length === 0 || at - armedAt < delayMs + CARRIER_MS) return
      armedAt = at
      waitUntil(drainLater())
    },
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
