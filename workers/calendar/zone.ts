/** Local times of an IANA time zone as instants, and back. Pure. */

/** `2026-03-29`; and `09:30`. */
export interface LocalTime {
  date: string
  time: string
}

export type Zone = ReturnType<typeof openZone>

const DAY_MS = 86_400_000

export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** @param timeZone One that `isTimeZone` knows; another throws a RangeError. */
export function openZone(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })

  function localOf(instant: Date): LocalTime {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
    const date = `${part('year')}-${part('month')}-${part('day')}`
    return { date, time: `${part('hour')}:${part('minute')}` }
  }

  /** Milliseconds the zone is ahead of UTC. */
  function offsetAt(instant: number): number {
    const { date, time } = localOf(new Date(instant))
    return asUtc(date, time) - Math.floor(instant / 60_000) * 60_000
  }

  return {
    timeZone,
    localOf,
    /**
     * The earlier instant where clocks are put back and a time is there twice; the one as much later
     * where they are put forward and it is not there (RFC 5545, section 3.3.5). An Invalid Date for a
     * day the calendar does not have.
     */
    instantOf({ date, time }: LocalTime): Date {
      const wall = asUtc(date, time)
      if (Number.isNaN(wall)) return new Date(Number.NaN)
      const before = wall - offsetAt(wall - DAY_MS)
      const after = wall - offsetAt(wall + DAY_MS)
      const meant = [before, after].filter((instant) => instant + offsetAt(instant) === wall)
      return new Date(meant.length > 0 ? Math.min(...meant) : before)
    },
  }
}

/** NaN for a day that is not there: Date.parse would take 30 February for 2 March. */
function asUtc(date: string, time: string): number {
  const instant = Date.parse(`${date}T${time}:00Z`)
  if (Number.isNaN(instant)) return instant
  return new Date(instant).toISOString().startsWith(date) ? instant : Number.NaN
}

/** The day after. @param date `2026-02-28` */
export const dayAfter = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
