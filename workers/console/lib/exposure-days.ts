/** Exposures by day as a chart wants them: a column for each day from the first to today, a part per variant. Pure. */
import type { ExperimentExposures } from '../../experiments/result-schemas.ts'

const DAY_MS = 86_400_000

export interface ExposureDays {
  /** The start of each day in UTC, RFC 3339. */
  readonly times: readonly string[]
  readonly names: readonly string[]
  readonly columns: readonly (readonly number[])[]
  readonly total: number
}

/** @param now Milliseconds since 1970 */
export function exposureDays(days: ExperimentExposures['days'], now: number): ExposureDays {
  const names = [...new Set(days.map(({ variant }) => variant))].toSorted()
  const units = new Map(days.map((one) => [`${one.day} ${one.variant}`, one.units]))
  const [first] = days
  const times: string[] = []
  for (let at = Date.parse(first?.day ?? ''); at <= now; at += DAY_MS) {
    times.push(new Date(at).toISOString())
  }
  const columns = times.map((at) =>
    names.map((name) => units.get(`${at.slice(0, 10)} ${name}`) ?? 0),
  )
  const total = days.reduce((sum, one) => sum + one.units, 0)
  return { times, names, columns, total }
}
