/** Counted evaluations, as a chart and a table want them: one column per time, one part per variant. Pure. */
import type { FlagAnalytics } from '../../flags/analytics-schemas.ts'

const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** Periods one can look at; each has as many columns as a chart shows well. */
export const PERIODS = {
  '24h': { granularity: 'hour', steps: 24 },
  '7d': { granularity: 'hour', steps: 168 },
  '30d': { granularity: 'day', steps: 30 },
} as const
export type CountPeriod = keyof typeof PERIODS

export const periodOf = (text: string | undefined): CountPeriod =>
  text === '7d' || text === '30d' ? text : '24h'

/** What the API is asked for a period that ends now. */
export function windowOf(period: CountPeriod, now: number) {
  const { granularity, steps } = PERIODS[period]
  const from = new Date(now - (steps - 1) * STEP_MS[granularity]).toISOString()
  return { granularity, from }
}

export interface Counted {
  /** The start of each column, RFC 3339. */
  readonly times: readonly string[]
  /** Variants by how often they were served; '' is the default in the caller's code. */
  readonly variants: readonly { readonly name: string; readonly total: number }[]
  /** By time, then in the order of `variants`. */
  readonly columns: readonly (readonly number[])[]
  readonly total: number
  readonly errors: number
}

export function countedOf({ granularity, from, to, series }: FlagAnalytics): Counted {
  const [start, end, step] = [Date.parse(from), Date.parse(to), STEP_MS[granularity]]
  const totals = new Map<string, number>()
  const byTime = new Map<number, Map<string, number>>()
  let errors = 0
  for (const { variant, points } of series) {
    for (const point of points) {
      const at = Date.parse(point.at)
      const column = byTime.get(at) ?? new Map<string, number>()
      byTime.set(at, column.set(variant, (column.get(variant) ?? 0) + point.evals))
      totals.set(variant, (totals.get(variant) ?? 0) + point.evals)
      errors += point.errors
    }
  }
  const variants = [...totals]
    .map(([name, total]) => ({ name, total }))
    .toSorted((a, b) => b.total - a.total || a.name.localeCompare(b.name))
  const times = Array.from(
    { length: Math.round((end - start) / step) },
    (_, at) => start + at * step,
  )
  return {
    times: times.map((at) => new Date(at).toISOString()),
    variants,
    columns: times.map((at) => variants.map(({ name }) => byTime.get(at)?.get(name) ?? 0)),
    total: variants.reduce((sum, { total }) => sum + total, 0),
    errors,
  }
}
