/** Windows of whole minutes, hours or days (UTC), in which counts are read. */

export const SPANS = {
  minute: { ms: 60_000, usual: 60, most: 2880 },
  hour: { ms: 3_600_000, usual: 48, most: 840 },
  day: { ms: 86_400_000, usual: 30, most: 400 },
} as const

export interface Window {
  /** Including this, excluding `to`; milliseconds since the epoch. */
  readonly from: number
  readonly to: number
}

interface Asked {
  readonly granularity: keyof typeof SPANS
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/**
 * @param now Milliseconds since the epoch: where the newest window ends
 * @returns What is wrong with the question in place of a window
 */
export function windowOf({ granularity, from, to }: Asked, now: number): Window | string {
  const { ms, usual, most } = SPANS[granularity]
  const end = Math.ceil((to === undefined ? now + 1 : Date.parse(to)) / ms) * ms
  const start = from === undefined ? end - usual * ms : Math.floor(Date.parse(from) / ms) * ms
  if (start >= end) return 'from must be before to.'
  if (end - start > most * ms) return `Ask for at most ${most} times ${granularity}.`
  return { from: start, to: end }
}
