/**
 * Series and what changes them: keys, batches, and the one function that applies a batch. Pure and
 * plain data, so that isolates can send it, the metrics object store it, and a replay end the same.
 */
import { OPEN, OTHER } from './metric.ts'
import { CATALOGUE, isMetricName, type MetricName, metricNamed } from './metrics-catalogue.ts'

/** Between the parts of a key; no label's value holds it. */
const SEPARATOR = '\u001f'

/** Of a label without a list. Anything else a caller smuggled in would stand here. */
const OPEN_VALUE = /^[\x20-\x7e]{1,120}$/

export interface Distribution {
  /** One per bucket, each on its own, and the last for what is above all of them. */
  counts: number[]
  sum: number
}

/** A part of a gauge that one holder answers for, until it says something else or time is up. */
interface Lease {
  readonly key: string
  readonly holder: string
  readonly value: number
  /** Milliseconds since 1970. */
  readonly until: number
}

/** What one isolate counted since its last batch. */
export interface Batch {
  readonly isolate: string
  /** Ascending by isolate; a batch that is sent again keeps its number. */
  readonly seq: number
  /** When it was closed, in milliseconds since 1970. */
  readonly at: number
  readonly counters: readonly (readonly [key: string, by: number])[]
  readonly histograms: readonly (readonly [key: string, Distribution])[]
  /** The latest of all that were set stands. */
  readonly gauges: readonly (readonly [key: string, value: number, at: number])[]
  readonly leases: readonly Lease[]
}

export type Verdict = 'applied' | 'duplicate' | 'expired'

export interface Series {
  counters: Map<string, number>
  histograms: Map<string, Distribution>
  gauges: Map<string, { value: number; at: number }>
  leases: Map<string, Lease>
  /** The last number seen of each isolate, and when. */
  seen: Map<string, { seq: number; at: number }>
}

/** Milliseconds after which a batch is not taken any more, so that `seen` may forget. */
export const EXPIRY_MS = 10 * 60 * 1000
/** Milliseconds an isolate is remembered: far longer than any of its batches can be late. */
const SEEN_MS = 60 * 60 * 1000
/** Series of all metrics together. */
const MAX_TOTAL = 5000

export const emptySeries = (): Series => {
  return {
    counters: new Map(),
    histograms: new Map(),
    gauges: new Map(),
    leases: new Map(),
    seen: new Map(),
  }
}

type Rule = readonly [label: string, allowed: ReadonlySet<string> | undefined]

/** By metric: its labels in order, and the values of those that have a list. */
const rules = new Map<string, Rule[]>(
  Object.entries(CATALOGUE).map(([name, { labels }]) => [name, rulesOf(labels)]),
)

function rulesOf(labels: Readonly<Record<string, readonly string[] | typeof OPEN>>): Rule[] {
  return Object.entries(labels).map(([label, values]) => [
    label,
    values === OPEN ? undefined : new Set(values),
  ])
}

/** The key of a series; a label's value that may not be becomes `__other__`. */
export function keyOf(name: MetricName, labels: Readonly<Record<string, string>>): string {
  let key: string = name
  for (const [label, allowed] of rules.get(name) ?? []) {
    const value = labels[label] ?? OTHER
    const known = allowed ? allowed.has(value) : OPEN_VALUE.test(value)
    key += SEPARATOR + (known ? value : OTHER)
  }
  return key
}

/** The metric's name, then its labels' values in order. */
export const partsOf = (key: string): string[] => key.split(SEPARATOR)

const nameOf = (key: string) => key.split(SEPARATOR, 1)[0] ?? ''

/** Every label set of a metric whose labels all have a list. */
export function knownKeys(name: MetricName): string[] {
  let keys: string[] = [name]
  for (const [, allowed] of rules.get(name) ?? []) {
    if (!allowed) return []
    keys = keys.flatMap((key) => Array.from(allowed, (value) => key + SEPARATOR + value))
  }
  return keys
}

/**
 * Takes a batch in, once. `series` is changed in place: it is large, and one object owns it.
 *
 * @returns what became of it; it changes counts only when it is `applied`
 */
export function applyBatch(series: Series, batch: Batch, now: number): Verdict {
  const verdict = judgeBatch(series, batch, now)
  count(series, keyOf('voiceassist_metrics_batches_total', { result: verdict }), 1)
  if (verdict !== 'applied') return verdict
  series.seen.set(batch.isolate, { seq: batch.seq, at: now })
  for (const [key, by] of batch.counters) add(series, key, by)
  for (const [key, distribution] of batch.histograms) spread(series, key, distribution)
  for (const [key, value, at] of batch.gauges) set(series, key, value, at)
  for (const lease of batch.leases) hold(series, lease)
  return verdict
}

/** Whether a batch would be taken in. */
export function judgeBatch({ seen }: Series, { isolate, seq, at }: Batch, now: number): Verdict {
  if (seq <= (seen.get(isolate)?.seq ?? 0)) return 'duplicate'
  return now - at > EXPIRY_MS ? 'expired' : 'applied'
}

/** Forgets isolates that are long gone, and leases that ran out. */
export function expireSeries({ seen, leases }: Series, now: number): void {
  for (const [isolate, { at }] of seen) if (now - at > SEEN_MS) seen.delete(isolate)
  for (const [id, { until }] of leases) if (until <= now) leases.delete(id)
}

function add(series: Series, key: string, by: number): void {
  const allowed = admit(series, series.counters, key)
  if (allowed !== undefined) count(series, allowed, by)
}

function count({ counters }: Series, key: string, by: number): void {
  counters.set(key, (counters.get(key) ?? 0) + by)
}

function spread(series: Series, given: string, { counts, sum }: Distribution): void {
  const key = admit(series, series.histograms, given)
  if (key === undefined || counts.length !== sizeOf(key)) return
  const known = series.histograms.get(key)
  if (!known) return void series.histograms.set(key, { counts: [...counts], sum })
  for (const [index, by] of counts.entries()) known.counts[index] = (known.counts[index] ?? 0) + by
  known.sum += sum
}

/** Buckets of a histogram, and one above them. */
export const sizeOf = (key: string) => (metricNamed(nameOf(key))?.buckets.length ?? 0) + 1

function set(series: Series, given: string, value: number, at: number): void {
  const key = admit(series, series.gauges, given)
  if (key === undefined) return
  const known = series.gauges.get(key)
  if (!known || at > known.at || (at === known.at && value > known.value)) {
    series.gauges.set(key, { value, at })
  }
}

function hold({ leases }: Series, lease: Lease): void {
  const id = lease.key + SEPARATOR + lease.holder
  if (lease.value === 0) leases.delete(id)
  else if (leases.has(id) || leases.size < MAX_TOTAL) leases.set(id, lease)
}

/**
 * The key under which the update counts: `__other__` when its metric or all of them have as many
 * series as they may, undefined when there is no such metric (a Worker of another version sent it).
 */
function admit(series: Series, known: ReadonlyMap<string, unknown>, key: string) {
  if (known.has(key)) return key
  const name = nameOf(key)
  if (!isMetricName(name)) return undefined
  const { maxSeries } = CATALOGUE[name]
  if (countOf(known, name) < maxSeries && totalOf(series) < MAX_TOTAL) return key
  count(series, keyOf('voiceassist_metrics_dropped_series_total', { metric: name }), 1)
  return keyOf(name, {})
}

function countOf(known: ReadonlyMap<string, unknown>, name: string): number {
  let found = 0
  for (const key of known.keys()) if (nameOf(key) === name) found++
  return found
}

const totalOf = ({ counters, histograms, gauges }: Series) =>
  counters.size + histograms.size + gauges.size
