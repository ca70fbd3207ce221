/** The ways through the product that are watched: their steps, and what became of who set out. Pure. */
import type { Journey, Step } from './rum-schemas.ts'

/** Steps of each journey, in order. */
export type Ways = Readonly<Record<Journey, readonly Step[]>>

const NAMES = ['question', 'document', 'call'] as const satisfies readonly Journey[]

/** The journey that `step` is of. */
export function journeyOf(ways: Ways, step: Step): Journey {
  const found = NAMES.find((name) => ways[name].includes(step))
  if (!found) throw new Error(`no journey has the step ${step}`)
  return found
}

/** How many visitors got as far as a step on a day, having taken all steps before it in order. */
export interface Reached {
  /** UTC, as YYYY-MM-DD. */
  day: string
  journey: string
  /** From 1. */
  nth: number
  visitors: number
}

export interface Funnel {
  journey: Journey
  /** Of all days together; `dropped` came as far as the step before and no further. */
  steps: { step: Step; visitors: number; dropped: number }[]
  /** Oldest first, without gaps; visitors by step. */
  days: { day: string; visitors: number[] }[]
}

/** @param days All days there are, oldest first */
export function funnelsOf(
  ways: Ways,
  reached: readonly Reached[],
  days: readonly string[],
): Funnel[] {
  return NAMES.map((journey) => {
    const steps = ways[journey]
    const own = reached.filter((row) => row.journey === journey)
    const byDay = days.map((day) => {
      const visitorsAt = (nth: number) =>
        own.find((row) => row.day === day && row.nth === nth)?.visitors ?? 0
      return { day, visitors: steps.map((_, index) => visitorsAt(index + 1)) }
    })
    const totals = steps.map((_, index) =>
      byDay.reduce((sum, { visitors }) => sum + (visitors[index] ?? 0), 0),
    )
    return { journey, steps: steps.map((step, index) => lineOf(step, totals, index)), days: byDay }
  })
}

function lineOf(step: Step, totals: readonly number[], index: number) {
  const visitors = totals[index] ?? 0
  return { step, visitors, dropped: (totals[index - 1] ?? visitors) - visitors }
}

const DAY_MS = 86_400_000

/** A day of UTC as YYYY-MM-DD. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

/** The last `count` days up to `now`, oldest first. */
export const lastDays = (now: Date, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    dayOf(new Date(now.getTime() - (count - 1 - index) * DAY_MS)),
  )
