/** What one isolate has counted since its last batch. Pure: time and identity come in. */
import type { MetricName } from './metrics-catalogue.ts'
import { type Batch, type Distribution, keyOf } from './metrics-series.ts'

type Labels = Readonly<Record<string, string>>

interface Held {
  readonly holder: string
  readonly value: number
  /** Milliseconds since 1970. */
  readonly until: number
}

export type Recorder = ReturnType<typeof createRecorder>

export function createRecorder() {
  let counters = new Map<string, number>()
  let histograms = new Map<string, Distribution>()
  let gauges = new Map<string, readonly [value: number, at: number]>()
  let held = new Map<string, Held & { key: string }>()
  /** What this isolate says of itself; told with every batch, for it is forgotten otherwise. */
  const own = new Map<string, number>()
  const ended = new Set<string>()

  return {
    add(name: MetricName, labels: Labels, by: number): void {
      const key = keyOf(name, labels)
      counters.set(key, (counters.get(key) ?? 0) + by)
    },

    observe(name: MetricName, labels: Labels, value: number, buckets: readonly number[]): void {
      const key = keyOf(name, labels)
      let known = histograms.get(key)
      if (!known) {
        known = { counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 }
        histograms.set(key, known)
      }
      let bucket = 0
      while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket++
      known.counts[bucket] = (known.counts[bucket] ?? 0) + 1
      known.sum += value
    },

    set(name: MetricName, labels: Labels, value: number, at: number): void {
      gauges.set(keyOf(name, labels), [value, at])
    },

    shift(name: MetricName, labels: Labels, by: number): void {
      const key = keyOf(name, labels)
      const value = (own.get(key) ?? 0) + by
      if (value !== 0) return void own.set(key, value)
      own.delete(key)
      ended.add(key)
    },

    hold(name: MetricName, labels: Labels, part: Held): void {
      const key = keyOf(name, labels)
      held.set(`${key} ${part.holder}`, { key, ...part })
    },

    /**
     * Closes the batch; undefined when there is nothing to tell.
     *
     * @param leaseMs How long what this isolate says of itself holds.
     */
    take(isolate: string, seq: number, at: number, leaseMs: number): Batch | undefined {
      const size = counters.size + histograms.size + gauges.size + held.size
      if (size + own.size + ended.size === 0) return undefined
      const until = at + leaseMs
      const over = Array.from(ended).filter((key) => !own.has(key))
      const batch: Batch = {
        isolate,
        seq,
        at,
        counters: [...counters],
        histograms: [...histograms],
        gauges: Array.from(gauges, ([key, [value, setAt]]) => [key, value, setAt] as const),
        leases: [
          ...Array.from(own, ([key, value]) => ({ key, holder: isolate, value, until })),
          ...over.map((key) => ({ key, holder: isolate, value: 0, until })),
          ...held.values(),
        ],
      }
      counters = new Map()
      histograms = new Map()
      gauges = new Map()
      held = new Map()
      ended.clear()
      return batch
    },
  }
}
