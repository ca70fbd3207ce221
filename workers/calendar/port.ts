/**
 * A calendar, whoever keeps it: our own tables (store.ts), or a server that speaks CalDAV. What is above
 * this line knows no other way to one. Pure.
 */
import type { Span } from './free-time.ts'

export interface CalendarEvent extends Span {
  id: string
  title: string
  /** IANA name of the zone it was made in. */
  timeZone: string
}

export interface NewEvent extends Omit<CalendarEvent, 'id'> {
  /** The same for the same wish, however often it is sent: it makes one event. */
  idempotencyKey: string
}

/** `busy`: something else is there already; `missing`: the caller has no such event. */
export type Booked =
  | { type: 'booked'; event: CalendarEvent }
  | { type: 'busy' }
  | { type: 'missing' }

export interface Calendar {
  /** All that is taken within `span`, whoever took it. */
  busy(span: Span): Promise<Span[]>
  /** The caller's own events that touch `span`, earliest first; 50 at most. */
  list(span: Span): Promise<CalendarEvent[]>
  create(event: NewEvent): Promise<Booked>
  /** Of the caller's own events only. */
  move(id: string, span: Span): Promise<Booked>
  /** Of the caller's own events only. @returns whether it is cancelled now, also when it was before */
  cancel(id: string): Promise<boolean>
}
