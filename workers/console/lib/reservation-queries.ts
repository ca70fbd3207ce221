/** Reservations and what can be done about one, over the client and the query cache. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ReservationListQuery } from '../../../sdk/reservations.ts'
import type { NewReservation, Reservation, ReservationChange } from '../../reservations/schemas.ts'
import { useReservationMessages } from '../messages/reservations.ts'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const RESERVATIONS = ['reservations'] as const
const PAGE_SIZE = 50

export type ReservationFilter = Pick<ReservationListQuery, 'status' | 'from' | 'to'>

export function useReservations(filter: ReservationFilter) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...RESERVATIONS, 'list', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.reservations.page({
        ...filter,
        limit: PAGE_SIZE,
        signal,
        ...(cursor && { cursor }),
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useReservation(id: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...RESERVATIONS, id],
    queryFn: ({ signal }) => client.reservations.get(id, signal),
    // A form over it must not change while somebody types.
    refetchOnWindowFocus: false,
  })
}

/** Each throws VoiceAssistError, for the question that asked to show. */
export function useReservationActions() {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const reservations = useReservationMessages()
  const refresh = () => queries.invalidateQueries({ queryKey: RESERVATIONS })
  return {
    create: async (wanted: NewReservation) => {
      const { code } = await client.reservations.create(wanted)
      succeed(reservations.made(code))
      await refresh()
    },
    change: async ({ id, updated_at }: Reservation, change: ReservationChange) => {
      await client.reservations.change(id, { ...change, updated_at })
      succeed(reservations.changed)
      await refresh()
    },
    cancel: async ({ id, code }: Reservation) => {
      await client.reservations.cancel(id)
      succeed(reservations.cancelled(code))
      await refresh()
    },
    refresh,
  }
}
