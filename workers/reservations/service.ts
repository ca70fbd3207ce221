/**
 * Reservations: proposed from what a guest said, final when they have said that it is right, changed and
 * cancelled by their code. For people of the tenant there is the whole list.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { isTimeZone, type LocalTime, openZone } from '../calendar/service.ts'
import type {
  NewReservation,
  Reservation,
  ReservationChange,
  ReservationPage,
  ReservationQuery,
} from './schemas.ts'
import { CODE_LENGTH, codeOf, isFilled, missingOf, normalCode, type Slots } from './slots.ts'
import * as store from './store.ts'

export type { Slots } from './slots.ts'
export type ReservationContext = store.StoreContext

const MOST_OWN = 10

/** Where in a conversation something is said. */
export interface Saying {
  sessionId: string
  messageId: string
  idempotencyKey: string
}

export type Proposal =
  | { type: 'proposed'; reservation: Reservation }
  | { type: 'missing'; slots: string[] }
  | { type: 'past' }

/** Nothing is final yet: see `confirmReservation`. It stands in place of an earlier proposal of the conversation. */
export async function proposeReservation(
  ctx: ReservationContext,
  slots: Slots & { time_zone: string },
  { sessionId, messageId, idempotencyKey }: Saying,
): Promise<Proposal> {
  if (!isFilled(slots)) return { type: 'missing', slots: missingOf(slots) }
  const { date, time, time_zone: timeZone } = slots
  const startsAt = openZone(timeZone).instantOf({ date, time })
  if (startsAt <= ctx.now()) return { type: 'past' }
  const row = await store.propose(ctx, {
    id: newId(ctx.now()),
    code: newCode(),
    sessionId,
    proposedIn: messageId,
    partySize: slots.party_size,
    startsAt,
    timeZone,
    name: slots.name,
    phone: slots.phone ?? null,
    notes: slots.notes ?? null,
    idempotencyKey,
  })
  if (!row) throw new Error('A reservation is there once it was proposed.')
  return { type: 'proposed', reservation: toReservation(row) }
}

/**
 * Makes the proposal of this conversation final.
 *
 * @returns undefined when there is none, or it was made in this very answer, to which the guest has not said
 *   anything yet
 */
export async function confirmReservation(
  ctx: ReservationContext,
  { sessionId, messageId }: Saying,
): Promise<Reservation | undefined> {
  const row = await store.confirm(ctx, sessionId, messageId)
  return row && toReservation(row)
}

export type Changed =
  | { type: 'changed'; reservation: Reservation }
  | { type: 'unknown' }
  | { type: 'past' }

/** Of a final one; what is not said stays. */
export async function changeReservation(
  ctx: ReservationContext,
  said: string,
  slots: Slots & { time_zone?: string | undefined },
): Promise<Changed> {
  const code = normalCode(said)
  const known = await store.find(ctx, code)
  if (known?.status !== 'confirmed') return { type: 'unknown' }
  const timeZone = slots.time_zone ?? known.timeZone
  const local = openZone(known.timeZone).localOf(known.startsAt)
  const begins = { date: slots.date ?? local.date, time: slots.time ?? local.time }
  const startsAt = openZone(timeZone).instantOf(begins)
  if (startsAt <= ctx.now()) return { type: 'past' }
  const row = await store.changeOwn(ctx, code, {
    startsAt,
    timeZone,
    ...(slots.party_size !== undefined && { partySize: slots.party_size }),
    ...(slots.name !== undefined && { name: slots.name }),
    ...(slots.phone !== undefined && { phone: slots.phone }),
    ...(slots.notes !== undefined && { notes: slots.notes }),
  })
  return row ? { type: 'changed', reservation: toReservation(row) } : { type: 'unknown' }
}

/** @returns it, cancelled, also when it was before; undefined when the caller has none of this code */
export async function cancelOwnReservation(
  ctx: ReservationContext,
  said: string,
): Promise<Reservation | undefined> {
  const code = normalCode(said)
  const row = (await store.cancelOwn(ctx, code)) ?? (await store.find(ctx, code))
  return row && toReservation(row)
}

/** The next ten of the caller's. */
export async function listOwnReservations(
  ctx: ReservationContext,
  { sessionId }: Saying,
): Promise<Reservation[]> {
  return (await store.selectOwn(ctx, sessionId, MOST_OWN)).map(toReservation)
}

export async function listReservations(
  ctx: ReservationContext,
  query: ReservationQuery,
): Promise<ReservationPage> {
  const rows = await store.select(ctx, { ...query, limit: query.limit + 1 })
  const items = rows.slice(0, query.limit).map(toReservation)
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getReservation(ctx: ReservationContext, id: string): Promise<Reservation> {
  const row = await store.get(ctx, id)
  if (!row) throw new ProblemError('not_found', 'This tenant has no such reservation.')
  return toReservation(row)
}

/** By people of the tenant: final at once, and theirs. @throws ProblemError invalid_fields for a time that is past */
export async function createReservation(
  ctx: ReservationContext,
  asked: NewReservation,
): Promise<Reservation> {
  const { party_size: partySize, time_zone: timeZone, name, phone, notes } = asked
  const startsAt = comingStart(ctx, timeZone, asked)
  const id = newId(ctx.now())
  const slots = { partySize, startsAt, timeZone, name, phone, notes }
  // Said in no conversation.
  const place = { sessionId: '', proposedIn: '', idempotencyKey: id }
  return toReservation(await store.insert(ctx, { id, code: newCode(), ...place, ...slots }))
}

/** @throws ProblemError not_found; conflict when it is cancelled, or changed meanwhile; invalid_fields for a time that is past */
export async function editReservation(
  ctx: ReservationContext,
  id: string,
  change: ReservationChange,
): Promise<Reservation> {
  const known = await getReservation(ctx, id)
  if (known.status === 'cancelled') {
    throw new ProblemError('conflict', 'The reservation is cancelled; make a new one.')
  }
  const seen = change.updated_at ?? known.updated_at
  const { party_size: partySize, name, phone, notes } = change
  const row = await store.edit(ctx, id, seen, {
    ...movedStart(ctx, known, change),
    ...(partySize !== undefined && { partySize }),
    ...(name !== undefined && { name }),
    ...(phone !== undefined && { phone }),
    ...(notes !== undefined && { notes }),
  })
  if (row) return toReservation(row)
  const detail =
    'Somebody changed or cancelled the reservation meanwhile; look at it, and try again.'
  throw new ProblemError('conflict', detail)
}

/** Nothing where it stays when it is: that may have passed by now. @throws ProblemError invalid_fields */
function movedStart(ctx: ReservationContext, known: Reservation, change: ReservationChange) {
  const { date = known.date, time = known.time, time_zone: timeZone = known.time_zone } = change
  const isMoved = [change.date, change.time, change.time_zone].some((said) => said !== undefined)
  return isMoved ? { startsAt: comingStart(ctx, timeZone, { date, time }), timeZone } : {}
}

/** @throws ProblemError invalid_fields */
function comingStart(ctx: ReservationContext, timeZone: string, begins: LocalTime): Date {
  if (!isTimeZone(timeZone)) {
    throw invalid('/time_zone', 'must be an IANA time zone such as Europe/Berlin')
  }
  const startsAt = openZone(timeZone).instantOf(begins)
  if (startsAt > ctx.now()) return startsAt
  throw invalid('/date', 'That time is past; choose another.')
}

function invalid(pointer: string, detail: string): ProblemError {
  const errors = [{ in: 'json', pointer, detail }]
  return new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
}

const newCode = () => codeOf(crypto.getRandomValues(new Uint32Array(CODE_LENGTH)))

/** @throws ProblemError not_found; conflict when it is cancelled already */
export async function cancelReservation(ctx: ReservationContext, id: string): Promise<Reservation> {
  const row = await store.cancel(ctx, id)
  if (row) return toReservation(row)
  await getReservation(ctx, id)
  throw new ProblemError('conflict', 'The reservation is cancelled already.')
}

function toReservation(row: store.Row): Reservation {
  const { date, time } = openZone(row.timeZone).localOf(row.startsAt)
  return {
    id: row.id,
    code: row.code,
    status: row.status,
    party_size: row.partySize,
    starts_at: row.startsAt.toISOString(),
    date,
    time,
    time_zone: row.timeZone,
    name: row.name,
    phone: row.phone,
    notes: row.notes,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}
