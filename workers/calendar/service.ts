/**
 * Calendars for the features that book into them. Times go in as people say them, local to an IANA time zone.
 * The calendar itself is behind the port (port.ts); today all are in our own tables.
 */
import { ProblemError } from '../../shared/errors.ts'
import { freeTimes, horizonOf, type Span, type Wanted } from './free-time.ts'
import type { Booked, Calendar, CalendarEvent } from './port.ts'
import { localCalendar, type StoreContext } from './store.ts'
import { type LocalTime, openZone } from './zone.ts'

export { isTimeZone, type LocalTime, openZone } from './zone.ts'
export type { Span, Wanted } from './free-time.ts'

export type CalendarContext = StoreContext

export type Which = 'own' | 'company'

/** Days one look may span, and free times that are told. */
export const MOST_DAYS = 31
const MOST_FREE = 10

/** @throws ProblemError forbidden for the own calendar of who is no user */
function calendarOf(ctx: CalendarContext, which: Which): Calendar {
  if (which === 'company' || ctx.actor.type === 'user') return localCalendar(ctx, which)
  throw new ProblemError(
    'forbidden',
    'Only a user has a calendar of their own; take the company’s.',
  )
}

/** The first ten, from now on. @throws ProblemError forbidden */
export async function findFreeTimes(
  ctx: CalendarContext,
  which: Which,
  { timeZone, ...wanted }: Wanted & { timeZone: string },
): Promise<Span[]> {
  const zone = openZone(timeZone)
  const busy = await calendarOf(ctx, which).busy(horizonOf(zone, wanted))
  return freeTimes(zone, busy, wanted, { now: ctx.now(), most: MOST_FREE })
}

export interface Slot {
  begins: LocalTime
  minutes: number
  timeZone: string
}

/** @returns undefined when it would begin in the past */
function spanOf({ now }: CalendarContext, { begins, minutes, timeZone }: Slot): Span | undefined {
  const start = openZone(timeZone).instantOf(begins)
  const end = new Date(start.getTime() + minutes * 60_000)
  return start > now() ? { start, end } : undefined
}

export type Outcome = Booked | { type: 'past' }

/** Made once per key. @throws ProblemError forbidden */
export async function createEvent(
  ctx: CalendarContext,
  which: Which,
  { title, idempotencyKey, ...slot }: Slot & { title: string; idempotencyKey: string },
): Promise<Outcome> {
  const span = spanOf(ctx, slot)
  if (!span) return { type: 'past' }
  const { timeZone } = slot
  return calendarOf(ctx, which).create({ ...span, title, timeZone, idempotencyKey })
}

/** @throws ProblemError forbidden */
export async function moveEvent(
  ctx: CalendarContext,
  which: Which,
  id: string,
  slot: Slot,
): Promise<Outcome> {
  const span = spanOf(ctx, slot)
  return span ? calendarOf(ctx, which).move(id, span) : { type: 'past' }
}

/** @returns whether there is such an event, which is cancelled now @throws ProblemError forbidden */
export const cancelEvent = async (
  ctx: CalendarContext,
  which: Which,
  id: string,
): Promise<boolean> => calendarOf(ctx, which).cancel(id)

/** The caller's own between two local days. @throws ProblemError forbidden */
export async function listEvents(
  ctx: CalendarContext,
  which: Which,
  { from, to, timeZone }: { from: string; to: string; timeZone: string },
): Promise<CalendarEvent[]> {
  const zone = openZone(timeZone)
  const start = zone.instantOf({ date: from, time: '00:00' })
  const end = zone.instantOf({ date: to, time: '23:59' })
  return calendarOf(ctx, which).list({ start, end })
}
