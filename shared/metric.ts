/** What a metric is, and how one is written down. Pure; all of them are metrics-catalogue.ts. */

/** What a label that is not among the known ones becomes, and a series beyond the limits. */
export const OTHER = '__other__'

/** A label without a list of values. */
export const OPEN = 'open'

type Labels = Readonly<Record<string, readonly string[] | typeof OPEN>>
export type Type = 'counter' | 'gauge' | 'histogram'

/** The same series under another name, with some labels renamed; printed, never stored. */
interface Alias {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface Metric<T extends Type = Type, L extends Labels = Labels> {
  readonly type: T
  readonly help: string
  /** As the name ends: seconds, bytes, ratio; none for things that are counted. */
  readonly unit: 'seconds' | 'bytes' | 'ratio' | 'none'
  readonly labels: L
  /** Upper bounds, ascending; of histograms alone. */
  readonly buckets: readonly number[]
  readonly aliases: readonly Alias[]
  /** Label sets it may have; more become one. */
  readonly maxSeries: number
}

type Options = Partial<Pick<Metric, 'unit' | 'aliases' | 'maxSeries'>>

/** Label sets a metric has at most, unless it says otherwise. */
const MAX_SERIES = 200

function metricOf<const L extends Labels, T extends Type>(
  type: T,
  help: string,
  labels: L,
  buckets: readonly number[],
  { unit = 'none', aliases = [], maxSeries = MAX_SERIES }: Options = {},
): Metric<T, L> {
  return { type, help, unit, labels, buckets, aliases, maxSeries }
}

export const counter = <const L extends Labels>(help: string, labels: L, options?: Options) =>
  metricOf('counter', help, labels, [], options)

export const gauge = <const L extends Labels>(help: string, labels: L, options?: Options) =>
  metricOf('gauge', help, labels, [], options)

export const histogram = <const L extends Labels>(
  help: string,
  labels: L,
  buckets: readonly number[],
) => metricOf('histogram', help, labels, buckets)

export const seconds = <const L extends Labels>(
  help: string,
  labels: L,
  buckets: readonly number[],
  options: Options = {},
) => metricOf('histogram', help, labels, buckets, { unit: 'seconds', ...options })
