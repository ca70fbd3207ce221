/** Reservations of the current tenant, whoever made them; guests make theirs with an assistant. */
import type {
  NewReservation,
  Reservation,
  ReservationChange,
  ReservationPage,
  ReservationQuery,
} from '../workers/reservations/schemas.ts'
import { searchOf, type Transport } from './transport.ts'

const BASE = '/api/admin/reservations'
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`

export interface ReservationListQuery extends Partial<ReservationQuery> {
  signal?: AbortSignal | undefined
}

export class Reservations {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first. */
  page({ signal, ...query }: ReservationListQuery = {}): Promise<ReservationPage> {
    return this.#transport.json(`${BASE}?${searchOf(query)}`, { signal })
  }

  get(id: string, signal?: AbortSignal): Promise<Reservation> {
    return this.#transport.json(at(id), { signal })
  }

  /** Final at once. @throws VoiceAssistError `invalid_fields` for a time that is past */
  create(reservation: NewReservation): Promise<Reservation> {
    return this.#transport.json(BASE, { method: 'POST', body: reservation })
  }

  /** @throws VoiceAssistError `conflict` when it is cancelled, or not as it was at `updated_at` any more */
  change(id: string, change: ReservationChange): Promise<Reservation> {
    return this.#transport.json(at(id), { method: 'PATCH', body: change })
  }

  /** @throws VoiceAssistError `conflict` when it is cancelled already */
  cancel(id: string): Promise<Reservation> {
    return this.#transport.json(`${at(id)}/cancel`, { method: 'POST' })
  }
}
