/**
 * What a schedule does and when: steps in the order of their times, what is due, and what a guard makes of
 * a reading. Time comes in as milliseconds since the epoch.
 */

/** What a step changes. */
export type Action =
  | { type: 'publish'; draft: string }
  | { type: 'switch'; enabled: boolean }
  | { type: 'percentage'; percentage: number }

export type ScheduleType = 'publish' | 'window' | 'ramp'

/** `at` is ISO 8601. */
export type Step = { at: string } & Action

/**
 * A bound on a number that somebody measures while a ramp goes on, such as the share of failures. Without a
 * fresh reading of enough samples a ramp takes no further step.
 */
export interface Guard {
  /** What is measured, in the words of who measures it. */
  metric: string
  /** Not to be passed; at least one of the two. */
  most?: number | undefined
  least?: number | undefined
  /** Samples a reading needs to count. */
  samples: number
  /** What a breach does: nothing more happens, or the percentage of before comes back. */
  onBreach: 'stop' | 'rollback'
  /** Minutes after the last step for which it is watched still. */
  watchMinutes?: number
  /** The percentage before the ramp began. */
  before: number
}

export interface Reading {
  value: number
  samples: number
  /** ISO 8601, when it arrived. */
  at: string
}

/** A schedule that comes a step further: stored with what the step publishes, or not at all. */
export interface ScheduleStep {
  readonly id: string
  /** Steps done as whoever decided saw it; refused when it is another by now. */
  readonly seen: number
  readonly done: number
  readonly steps: readonly Step[]
  /** ISO 8601; null when nothing is left to do. */
  readonly nextAt: string | null
  readonly state: 'active' | 'done' | 'stopped'
  readonly detail: string
}

export type Verdict = 'held' | 'breached' | 'unknown'

/**
 * @param since When the step that is judged was taken: a reading of before says nothing about it
 */
export function judge(guard: Guard, reading: Reading | null, since: number): Verdict {
  if (!reading || Date.parse(reading.at) < since || reading.samples < guard.samples)
    return 'unknown'
  const { most = Infinity, least = -Infinity } = guard
  return reading.value > most || reading.value < least ? 'breached' : 'held'
}

/** ISO 8601: when a ramp that took its last step at `at` has been watched for long enough; null at once. */
export function watchedUntil(guard: Guard | null, at: number): string | null {
  const minutes = guard?.watchMinutes ?? 0
  return minutes === 0 ? null : new Date(at + minutes * 60_000).toISOString()
}

/**
 * Which step to run now. After a downtime several may be due: a ramp takes the first of them and leaves the
 * others their distances, for each share is there to be watched; of anything else the last counts.
 *
 * @returns its index and the steps as they are from then on; undefined when none is due
 */
export function dueStep(
  type: ScheduleType,
  steps: readonly Step[],
  done: number,
  now: number,
): { index: number; steps: readonly Step[] } | undefined {
  const first = steps[done]
  if (!first || Date.parse(first.at) > now) return undefined
  if (type === 'ramp') return { index: done, steps: delayed(steps, done, now) }
  const after = steps.findIndex((step, index) => index > done && Date.parse(step.at) > now)
  return { index: (after === -1 ? steps.length : after) - 1, steps }
}

/** The steps after `from` as far from it as they were, if it is run at `now`. */
export function delayed(steps: readonly Step[], from: number, now: number): readonly Step[] {
  const due = Date.parse(steps[from]?.at ?? '')
  const late = now - due
  if (!(late > 0)) return steps
  return steps.map((step, index) => {
    if (index < from) return step
    return { ...step, at: new Date(Date.parse(step.at) + late).toISOString() }
  })
}

/** Whether each step is later than the one before. */
export const isInOrder = (steps: readonly { at: string }[]): boolean =>
  steps.every(({ at }, index) => {
    const before = steps[index - 1]
    return before === undefined || Date.parse(before.at) < Date.parse(at)
  })
