/** Series as texts that fit into rows, and back. A row of a Durable Object holds 2 MB. */
import { isMetricName } from './metrics-catalogue.ts'
import { emptySeries, type Series, sizeOf } from './metrics-series.ts'

/** Characters of one part, about; far below the limit, whatever the characters are. */
const PART_LENGTH = 256 * 1024

type Kind = Exclude<keyof Series, 'seen'>

/** Everything but `seen`, which has rows of its own. */
export function packSeries(series: Series): string[] {
  const parts: string[] = []
  let lines: string[] = []
  let length = 0
  const close = () => {
    parts.push(lines.join('\n'))
    lines = []
    length = 0
  }
  for (const kind of KINDS) {
    for (const [key, value] of series[kind]) {
      const line = JSON.stringify([kind, key, value])
      if (length > 0 && length + line.length > PART_LENGTH) close()
      lines.push(line)
      length += line.length + 1
    }
  }
  close()
  return parts
}

const KINDS = ['counters', 'histograms', 'gauges', 'leases'] as const satisfies readonly Kind[]

/** Series of metrics this version does not know, or has other buckets for, are left behind. */
export function unpackSeries(parts: readonly string[]): Series {
  const series = emptySeries()
  for (const line of parts.flatMap((part) => part.split('\n')).filter(Boolean)) {
    const entry = entryOf(line)
    if (!isMetricName(entry[1].split('\u001f', 1)[0] ?? '')) continue
    switch (entry[0]) {
      case 'counters':
        series.counters.set(entry[1], entry[2])
        break
      case 'histograms':
        if (entry[2].counts.length === sizeOf(entry[1])) series.histograms.set(entry[1], entry[2])
        break
      case 'gauges':
        series.gauges.set(entry[1], entry[2])
        break
      case 'leases':
        series.leases.set(entry[1], entry[2])
    }
  }
  return series
}

type ValueOf<K extends Kind> = Series[K] extends Map<string, infer V> ? V : never
type Entry = { [K in Kind]: [kind: K, key: string, value: ValueOf<K>] }[Kind]

/** Safe: only `packSeries` makes these lines. */
function entryOf(line: string): Entry {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(line) as Entry
}
