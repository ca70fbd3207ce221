/** Reservations as they travel over HTTP. */
import { z } from '@hono/zod-openapi'

const time = () => z.iso.datetime()

/** `pending`: the guest has not said yet that it is right. */
export const ReservationStatus = z.enum(['pending', 'confirmed', 'cancelled'])
export type ReservationStatus = z.infer<typeof ReservationStatus>

export const Reservation = z
  .object({
    id: z.uuid(),
    code: z.string().openapi({ example: 'K7PX2M9Q' }),
    status: ReservationStatus,
    party_size: z.int(),
    starts_at: time(),
    /** The same as people say it there. */
    date: z.string().openapi({ example: '2026-12-24' }),
    time: z.string().openapi({ example: '19:30' }),
    time_zone: z.string().openapi({ example: 'Europe/Berlin' }),
    name: z.string(),
    phone: z.string().nullable(),
    notes: z.string().nullable(),
    created_at: time(),
    updated_at: time(),
  })
  .openapi('Reservation')
export type Reservation = z.infer<typeof Reservation>

const slots = {
  party_size: z.int().min(1).max(500).openapi({ example: 4 }),
  date: z.iso.date('must be a day as 2026-12-24').openapi({ example: '2026-12-24' }),
  time: z.iso
    .time({ precision: -1, error: 'must be a time as 19:30' })
    .openapi({ example: '19:30' }),
  /** An IANA name. */
  time_zone: z.string().min(1).max(64).openapi({ example: 'Europe/Berlin' }),
  name: z.string().trim().min(1, 'Say in whose name.').max(200),
  phone: z
    .string()
    .trim()
    .regex(/^\+?[\d ()/-]{5,30}$/, 'must be a telephone number')
    .nullable(),
  notes: z.string().trim().max(500).nullable(),
}

/** By people of the tenant: final at once. */
export const NewReservation = z
  .strictObject({
    ...slots,
    phone: slots.phone.default(null),
    notes: slots.notes.default(null),
  })
  .openapi('NewReservation')
export type NewReservation = z.output<typeof NewReservation>

/** What is absent stays. */
export const ReservationChange = z
  .strictObject(slots)
  .partial()
  .extend({
    /** As it was read; another change meanwhile is a conflict. */
    updated_at: z.iso.datetime().optional(),
  })
  .openapi('ReservationChange')
export type ReservationChange = z.output<typeof ReservationChange>

export const ReservationQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.uuid('must be a cursor this API gave').optional(),
  status: ReservationStatus.optional(),
  /** Those that begin then or later; and before then. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
})
export type ReservationQuery = z.output<typeof ReservationQuery>

export const ReservationPage = z
  .object({ items: z.array(Reservation), next_cursor: z.string().nullable() })
  .openapi('ReservationPage')
export type ReservationPage = z.infer<typeof ReservationPage>
