/**
 * The calendars in our own tables, as the port has them. Every statement names its tenant. That nothing is
 * booked twice is Postgres's to say, also between two at once.
 */
import { and, asc, eq, gt, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { ownerOf, type WithEnv } from '../../shared/context.ts'
import {
  callAcrossTenants,
  type DatabaseEnv,
  isRefusal,
  withTenant,
} from '../../shared/database.ts'
import { newId } from '../../shared/ids.ts'
import type { Span } from './free-time.ts'
import type { Booked, Calendar, CalendarEvent } from './port.ts'
import { calendarEvents } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/** SQLSTATE exclusion_violation. */
const OVERLAP = '23P01'
const MOST_LISTED = 50

type Row = Pick<
  typeof calendarEvents.$inferSelect,
  'id' | 'title' | 'startsAt' | 'endsAt' | 'timeZone'
>

const EVENT = {
  id: calendarEvents.id,
  title: calendarEvents.title,
  startsAt: calendarEvents.startsAt,
  endsAt: calendarEvents.endsAt,
  timeZone: calendarEvents.timeZone,
}

/** `own` is the caller's, who must then be a user; `company` is the tenant's, in which each changes only their own events. */
export function localCalendar(ctx: StoreContext, calendar: 'own' | 'company'): Calendar {
  const { tenantId } = ctx
  const owner = ownerOf(ctx.actor)
  const { userId, keyId } = owner
  const isOwners =
    userId === null ? eq(calendarEvents.keyId, keyId ?? '') : eq(calendarEvents.userId, userId)
  const isIn = and(
    eq(calendarEvents.tenantId, tenantId),
    eq(calendarEvents.calendar, calendar),
    calendar === 'own' ? isOwners : undefined,
  )
  const isOwn = and(isIn, isOwners)
  const touches = ({ start, end }: Span) =>
    and(
      isNull(calendarEvents.cancelledAt),
      lt(calendarEvents.startsAt, end),
      gt(calendarEvents.endsAt, start),
    )
  const select = async (where: SQL | undefined, limit: number) => {
    const [rows] = await withTenant(ctx).batch((tx) => [
      tx
        .select(EVENT)
        .from(calendarEvents)
        .where(where)
        .orderBy(asc(calendarEvents.startsAt))
        .limit(limit),
    ])
    return rows.map(toEvent)
  }

  return {
    busy: (span) => select(and(isIn, touches(span)), 5000),
    list: (span) => select(and(isOwn, touches(span)), MOST_LISTED),
    create: (event) =>
      booking(async () => {
        const { start: startsAt, end: endsAt, title, timeZone, idempotencyKey } = event
        const [createdAt, updatedAt] = [ctx.now(), ctx.now()]
        const times = { startsAt, endsAt, createdAt, updatedAt }
        const values = { tenantId, id: newId(createdAt), calendar, ...owner, title, timeZone }
        const isIt = and(isOwn, eq(calendarEvents.idempotencyKey, idempotencyKey))
        const [, [row]] = await withTenant(ctx).batch((tx) => [
          tx
            .insert(calendarEvents)
            .values({ ...values, ...times, idempotencyKey })
            .onConflictDoNothing({
              target: [calendarEvents.tenantId, calendarEvents.idempotencyKey],
            }),
          tx.select(EVENT).from(calendarEvents).where(isIt),
        ])
        return row
      }),
    move: (id, { start: startsAt, end: endsAt }) =>
      booking(async () => {
        const isIt = and(isOwn, eq(calendarEvents.id, id), isNull(calendarEvents.cancelledAt))
        const set = { startsAt, endsAt, updatedAt: ctx.now() }
        const [[row]] = await withTenant(ctx).batch((tx) => [
          tx.update(calendarEvents).set(set).where(isIt).returning(EVENT),
        ])
        return row
      }),
    async cancel(id) {
      const at = sql`coalesce(${calendarEvents.cancelledAt}, ${ctx.now().toISOString()}::timestamptz)`
      const [rows] = await withTenant(ctx).batch((tx) => [
        tx
          .update(calendarEvents)
          .set({ cancelledAt: at, updatedAt: ctx.now() })
          .where(and(isOwn, eq(calendarEvents.id, id)))
          .returning({ id: calendarEvents.id }),
      ])
      return rows.length > 0
    },
  }
}

async function booking(write: () => Promise<Row | undefined>): Promise<Booked> {
  try {
    const row = await write()
    return row ? { type: 'booked', event: toEvent(row) } : { type: 'missing' }
  } catch (error) {
    if (isRefusal(error, OVERLAP)) return { type: 'busy' }
    throw error
  }
}

/**
 * Deletes events and reservations of all tenants that ended before then, at most so many of each.
 *
 * @returns how many
 */
export async function sweepBookings(env: DatabaseEnv, before: Date, most: number): Promise<number> {
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_bookings(${before.toISOString()}::timestamptz, ${most})::text as gone`,
  )
  return Number(row?.gone ?? 0)
}

const toEvent = ({ id, title, startsAt: start, endsAt: end, timeZone }: Row): CalendarEvent => ({
  id,
  title,
  start,
  end,
  timeZone,
})
