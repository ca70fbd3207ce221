/** Where in a calendar there is room. Pure. */
import { dayAfter, type Zone } from './zone.ts'

/** Start inclusive, end exclusive. */
export interface Span {
  start: Date
  end: Date
}

export interface Wanted {
  /** First and last day, local. */
  from: string
  to: string
  /** Between which times of each day: `09:00`, `18:00`. */
  dayStart: string
  dayEnd: string
  minutes: number
}

/** Beginnings are offered on full quarters of an hour, where a span before them does not end later. */
const STEP_MS = 15 * 60_000

/** What `wanted` looks at, as a whole. */
export const horizonOf = (zone: Zone, { from, to, dayStart, dayEnd }: Wanted): Span => ({
  start: zone.instantOf({ date: from, time: dayStart }),
  end: zone.instantOf({ date: to, time: dayEnd }),
})

/**
 * The first `most` spans of the wanted length that nothing is in, earliest first; none begins before `now`.
 *
 * @param busy In any order; they may overlap.
 */
export function freeTimes(
  zone: Zone,
  busy: readonly Span[],
  wanted: Wanted,
  { now, most }: { now: Date; most: number },
): Span[] {
  const taken = busy.toSorted((one, other) => one.start.getTime() - other.start.getTime())
  const lengthMs = wanted.minutes * 60_000
  const found: Span[] = []
  for (let date = wanted.from; date <= wanted.to; date = dayAfter(date)) {
    const end = zone.instantOf({ date, time: wanted.dayEnd }).getTime()
    let start = Math.max(zone.instantOf({ date, time: wanted.dayStart }).getTime(), now.getTime())
    start = Math.ceil(start / STEP_MS) * STEP_MS
    while (start + lengthMs <= end) {
      const hit = taken.find((span) => overlaps(span, start, start + lengthMs))
      if (hit) {
        start = Math.ceil(hit.end.getTime() / STEP_MS) * STEP_MS
        continue
      }
      found.push({ start: new Date(start), end: new Date(start + lengthMs) })
      if (found.length === most) return found
      start += lengthMs < STEP_MS ? STEP_MS : Math.ceil(lengthMs / STEP_MS) * STEP_MS
    }
  }
  return found
}

const overlaps = ({ start, end }: Span, from: number, to: number) =>
  start.getTime() < to && from < end.getTime()
