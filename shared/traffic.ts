/**
 * Traffic over time, out of counters that only grow: what they stood at once a minute, and from two
 * such marks what came between. Pure; the marks are kept by durable-objects/metrics-shard.ts.
 */
import { CATALOGUE } from './metrics-catalogue.ts'
import { partsOf, type Series } from './metrics-series.ts'

export interface Totals {
  readonly requests: number
  /** Answered with 4xx. */
  readonly refused: number
  /** Answered with 5xx. */
  readonly failed: number
  /** Requests by duration: one per bucket, each on its own, and the last for all that took longer. */
  readonly durations: readonly number[]
}

/** What had been counted when a minute ended; of minutes without a count there is none. */
export interface Mark extends Totals {
  /** Minutes since 1970. */
  readonly minute: number
}

/** Upper bounds in seconds of `durations`. */
export const BOUNDS = CATALOGUE.http_request_duration_seconds.buckets

export const NOTHING: Totals = {
  requests: 0,
  refused: 0,
  failed: 0,
  durations: [...BOUNDS, 0].fill(0),
}

export function totalsOf({
  counters,
  histograms,
}: Pick<Series, 'counters' | 'histograms'>): Totals {
  let totals = NOTHING
  for (const [key, by] of counters) {
    const [name, , , status = ''] = partsOf(key)
    if (name !== 'http_requests_total') continue
    const refused = status.startsWith('4') ? by : 0
    const failed = status.startsWith('5') ? by : 0
    totals = addTotals(totals, { requests: by, refused, failed, durations: [] })
  }
  for (const [key, { counts }] of histograms) {
    if (partsOf(key)[0] !== 'http_request_duration_seconds') continue
    totals = addTotals(totals, { ...NOTHING, durations: counts })
  }
  return totals
}

export function addTotals(a: Totals, b: Totals): Totals {
  return {
    requests: a.requests + b.requests,
    refused: a.refused + b.refused,
    failed: a.failed + b.failed,
    durations: a.durations.map((count, index) => count + (b.durations[index] ?? 0)),
  }
}

/** A stretch of time in equal steps, in minutes since 1970: from `from` on, without it. */
export interface Span {
  readonly from: number
  readonly step: number
  readonly steps: number
}

/**
 * What came in each step.
 *
 * @param marks Ascending
 */
export function changesOf(marks: readonly Mark[], { from, step, steps }: Span): Totals[] {
  const standAt = (minute: number) => marks.findLast((mark) => mark.minute <= minute) ?? NOTHING
  const stands = Array.from({ length: steps + 1 }, (_, index) => standAt(from + index * step))
  return stands.slice(1).map((stand, index) => since(stands[index] ?? NOTHING, stand))
}

/** Never below nothing: buckets of another version are counted from the start. */
function since(before: Totals, after: Totals): Totals {
  const grown = (to: number, by = 0) => Math.max(0, to - by)
  return {
    requests: grown(after.requests, before.requests),
    refused: grown(after.refused, before.refused),
    failed: grown(after.failed, before.failed),
    durations: after.durations.map((count, index) => grown(count, before.durations[index])),
  }
}

/**
 * The duration that the share `q` of the requests did not exceed, in seconds: on a line between the
 * bounds of its bucket, as Prometheus' `histogram_quantile` has it; beyond the last bound, that bound.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 *
 * @returns null when nothing was measured
 */
export function quantileOf(durations: readonly number[], q: number): number | null {
  const total = durations.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let before = 0
  for (const [index, bound] of BOUNDS.entries()) {
    const count = durations[index] ?? 0
    if (before + count >= q * total) {
      const floor = BOUNDS[index - 1] ?? 0
      return count === 0 ? floor : floor + ((bound - floor) * (q * total - before)) / count
    }
    before += count
  }
  return BOUNDS.at(-1) ?? null
}

/** Minutes every mark is kept, and minutes the last of each hour is. */
export const KEPT = { minutes: 3 * 24 * 60, hours: 30 * 24 * 60 } as const
