/**
 * Takes an isolate's batches to the metrics object. A batch that fails keeps its number and goes
 * again, so that one whose acknowledgement was lost is not counted twice.
 */
import type { Recorder } from './metrics-recorder.ts'
import type { Batch, Verdict } from './metrics-series.ts'

/** What the object that keeps the metrics answers to. */
interface Shard {
  add(batch: Batch): Promise<Verdict>
}

export interface MetricsEnv {
  readonly METRICS: { getByName(name: string): Shard }
  /** Objects the isolates spread over. */
  readonly METRICS_SHARDS: string
  /** Milliseconds from the first update to the batch that carries it. */
  readonly METRICS_FLUSH_MS: string
  /** `true` or `false`. */
  readonly ENABLE_METRICS: string
}

/** Batches that wait at most; the oldest goes first. */
const MAX_QUEUED = 50
/** Times a batch is sent within one request; the platform ends what runs 30 s after the response. */
const TRIES = 3
/** Milliseconds after which a request that carried a batch is taken to have ended without it. */
const CARRIER_MS = 30_000
/** Batches an isolate may leave out before what it says of itself ends, and milliseconds at least. */
const LEASE = { flushes: 3, leastMs: 3000 }

export const shardNames = ({ METRICS_SHARDS }: Pick<MetricsEnv, 'METRICS_SHARDS'>): string[] =>
  Array.from({ length: Number(METRICS_SHARDS) }, (_, index) => `shard-${index}`)

/** @returns arms the next batch, unless it is armed */
export function createSender(env: MetricsEnv, recorder: Recorder) {
  const flushMs = Number(env.METRICS_FLUSH_MS)
  const leaseMs = Math.max(LEASE.flushes * flushMs, LEASE.leastMs)
  const names = shardNames(env)
  const queue: Batch[] = []
  /** Made late: an isolate has no random numbers before its first request. */
  let isolate = ''
  let seq = 0
  let armedAt = Number.NEGATIVE_INFINITY

  function close(): void {
    isolate ||= crypto.randomUUID()
    const batch = recorder.take(isolate, seq + 1, Date.now(), leaseMs)
    if (!batch) return
    seq++
    queue.push(batch)
    if (queue.length <= MAX_QUEUED) return
    queue.shift()
    recorder.add('voiceassist_metrics_batches_total', { result: 'dropped' }, 1)
  }

  /** One after the other, for a later number would make the shard refuse an earlier one. */
  async function send(): Promise<void> {
    const shard = env.METRICS.getByName(names[hash(isolate) % names.length] ?? '')
    for (let batch = queue[0]; batch; batch = queue[0]) {
      await shard.add(batch)
      // Another request may have sent it too, and taken it away.
      if (queue[0] === batch) queue.shift()
    }
  }

  async function flush(): Promise<void> {
    await wait(flushMs)
    armedAt = Number.NEGATIVE_INFINITY
    close()
    for (let attempt = 1; queue.length > 0; attempt++) {
      try {
        await send()
      } catch {
        recorder.add('voiceassist_metrics_batches_total', { result: 'failed' }, 1)
        if (attempt === TRIES) return
        await wait(flushMs)
      }
    }
  }

  return (waitUntil: (work: Promise<unknown>) => void): void => {
    const now = Date.now()
    if (now - armedAt < flushMs + CARRIER_MS) return
    armedAt = now
    waitUntil(flush())
  }
}

/** FNV-1a: any spread will do, as long as an isolate stays with its shard. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return value
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
