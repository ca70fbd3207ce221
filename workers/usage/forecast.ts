/** What the ledger's hours say of the time to come, and of hours that are not as usual. Pure. */

const HOUR_MS = 3_600_000
/** Days an hour is compared with. */
const DAYS = 14
/** An hour stands out above so many times its usual cost … */
const TIMES = 3
/** … and above so many micro-dollars. */
export const LEAST_COST = 1_000_000

/** The month at the pace so far: month to date by the share of it that is over. Null in its first hour. */
export function projectMonth(spent: number, now: Date): number | null {
  const begun = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)
  const ends = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
  const elapsed = now.getTime() - begun
  return elapsed < HOUR_MS ? null : Math.round((spent * (ends - begun)) / elapsed)
}

export interface Anomaly {
  /** When it began, as ISO. */
  hour: string
  microDollars: number
  /** The median of the same hour of the fortnight before. */
  usual: number
}

/**
 * Hours of the last day, this one included, that cost more than three times the median of the same
 * hour over the 14 days before them, and more than a dollar.
 *
 * @param spent By the beginning of the hour, in milliseconds since the epoch; an hour without is 0
 */
export function findAnomalies(spent: ReadonlyMap<number, number>, now: Date): Anomaly[] {
  const last = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS
  return Array.from({ length: 24 }, (_, back) => last - back * HOUR_MS).flatMap((hour) => {
    const microDollars = spent.get(hour) ?? 0
    const before = Array.from({ length: DAYS }, (_, day) => {
      return spent.get(hour - (day + 1) * 24 * HOUR_MS) ?? 0
    })
    return anomalyOf(hour, microDollars, before) ?? []
  })
}

/**
 * Undefined when the hour does not stand out.
 *
 * @param hour When it began, in milliseconds since the epoch
 * @param before What the same hour cost on each of the 14 days before; days that are missing cost nothing
 */
export function anomalyOf(
  hour: number,
  microDollars: number,
  before: readonly number[],
): Anomaly | undefined {
  const all = Array.from({ length: DAYS }, (_, day) => before[day] ?? 0)
  const usual = medianOf(all)
  if (microDollars <= LEAST_COST || microDollars <= usual * TIMES) return undefined
  return { hour: new Date(hour).toISOString(), microDollars, usual }
}

/** Of an even number, the mean of the two in the middle, rounded. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return Math.round(((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2)
}
