/**
 * The metrics as Prometheus reads them: text format 0.0.4.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import { type Metric } from './metric.ts'
import { CATALOGUE, type MetricName } from './metrics-catalogue.ts'
import { type Distribution, knownKeys, partsOf, type Series } from './metrics-series.ts'

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** What one shard knows: of each series the key and the value. */
export interface Reading extends Pick<Series, 'counters' | 'histograms' | 'gauges'> {
  /** The parts of gauges that are held, summed. */
  readonly held: Map<string, number>
}

export function readSeries(series: Series, now: number): Reading {
  const held = new Map<string, number>()
  for (const { key, value, until } of series.leases.values()) {
    held.set(key, (held.get(key) ?? 0) + (until > now ? value : 0))
  }
  const { counters, histograms, gauges } = series
  return { counters, histograms, gauges, held }
}

/** A gauge that is known where it is read: never stored. */
export interface Computed {
  readonly key: string
  readonly value: number
}

interface Values {
  numbers: Map<string, number>
  histograms: Map<string, Distribution>
}

/** All shards' readings as one text. Series whose labels are known are there from the start, at 0. */
export function renderMetrics(readings: readonly Reading[], computed: readonly Computed[]): string {
  const { numbers, histograms } = sum(readings)
  for (const { key, value } of computed) numbers.set(key, value)
  const keysByName = Map.groupBy([...numbers.keys(), ...histograms.keys()], nameOf)
  const lines: string[] = []
  for (const name of metricNames()) {
    const keys = [...new Set([...knownKeys(name), ...(keysByName.get(name) ?? [])])].toSorted()
    const metric: Metric = CATALOGUE[name]
    const names = [{ name, labels: {} }, ...metric.aliases]
    for (const printed of names) {
      lines.push(`# HELP ${printed.name} ${metric.help}`, `# TYPE ${printed.name} ${metric.type}`)
      const labels = Object.keys(metric.labels).map((label) => printed.labels?.[label] ?? label)
      for (const key of keys) {
        const pairs = pairsOf(labels, key)
        if (metric.type === 'histogram') {
          lines.push(...histogramLines(printed.name, pairs, metric, histograms.get(key)))
        } else lines.push(`${printed.name}${braced(pairs)} ${numberOf(numbers.get(key) ?? 0)}`)
      }
    }
  }
  return `${lines.join('\n')}\n`
}

const metricNames = (): MetricName[] => {
  const names: string[] = Object.keys(CATALOGUE)
  return names.filter((name): name is MetricName => name in CATALOGUE)
}

const nameOf = (key: string) => partsOf(key)[0] ?? ''

function sum(readings: readonly Reading[]): Values {
  const numbers = new Map<string, number>()
  const histograms = new Map<string, Distribution>()
  const setAt = new Map<string, number>()
  const add = (key: string, by: number) => numbers.set(key, (numbers.get(key) ?? 0) + by)
  for (const { counters, histograms: found, gauges, held } of readings) {
    for (const [key, value] of counters) add(key, value)
    for (const [key, value] of held) add(key, value)
    for (const [key, { value, at }] of gauges) {
      if (at < (setAt.get(key) ?? 0)) continue
      setAt.set(key, at)
      numbers.set(key, value)
    }
    for (const [key, { counts, sum: total }] of found) {
      const known = histograms.get(key)
      const summed = counts.map((by, index) => by + (known?.counts[index] ?? 0))
      histograms.set(key, { counts: summed, sum: total + (known?.sum ?? 0) })
    }
  }
  return { numbers, histograms }
}

/** `le` counts everything up to its bound. */
function histogramLines(
  name: string,
  pairs: readonly string[],
  { buckets }: Metric,
  { counts, sum: total }: Distribution = { counts: [], sum: 0 },
): string[] {
  let cumulative = 0
  const bounds = [...buckets.map(String), '+Inf']
  const lines = bounds.map((bound, index) => {
    cumulative += counts[index] ?? 0
    return `${name}_bucket${braced([...pairs, `le="${bound}"`])} ${cumulative}`
  })
  const labels = braced(pairs)
  return [
    ...lines,
    `${name}_sum${labels} ${numberOf(total)}`,
    `${name}_count${labels} ${cumulative}`,
  ]
}

function pairsOf(labels: readonly string[], key: string): string[] {
  const [, ...values] = partsOf(key)
  return labels.map((label, index) => `${label}="${escape(values[index] ?? '')}"`)
}

const braced = (pairs: readonly string[]) => (pairs.length > 0 ? `{${pairs.join(',')}}` : '')

const escape = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** JavaScript's own form is one Prometheus reads, but for the infinities. */
function numberOf(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}
