/** Sums by day and group as a chart has them: a part per group, a number per day and part. Pure. */
import type { UsageDays } from './report-schemas.ts'

interface DayPart {
  day: string
  /** Among the dearest groups, from 1; null for all others. */
  place: number | null
  key: string | null
  label: string | null
  microDollars: number
}

/** @param rows Days in their order */
export function daysOf(rows: readonly DayPart[]): UsageDays {
  const parts = new Map<number, UsageDays['parts'][number]>()
  for (const { place, key, label } of rows) {
    parts.set(place ?? Infinity, { key, label, isRest: place === null })
  }
  const places = [...parts.keys()].toSorted((a, b) => a - b)
  const days = new Map<string, Map<number, number>>()
  for (const { day, place, microDollars } of rows) {
    const own = days.get(day) ?? new Map<number, number>()
    days.set(day, own.set(place ?? Infinity, microDollars))
  }
  return {
    parts: places.flatMap((place) => parts.get(place) ?? []),
    days: [...days].map(([day, own]) => {
      return { day, microDollars: places.map((place) => own.get(place) ?? 0) }
    }),
  }
}
