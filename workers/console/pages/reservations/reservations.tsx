/** Reservations: found by filters that live in the address, made, changed and cancelled. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { CalendarCheck, Plus } from 'lucide-react'
import { usePermission } from '../../lib/hooks.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import type { ReservationsSearch } from '../../lib/manage-search.ts'
import { type ReservationFilter, useReservations } from '../../lib/reservation-queries.ts'
import { useReservationMessages } from '../../messages/reservations.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, MomentField } from '../../ui/filter-fields.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { EditReservation, NewReservationForm } from './reservation-form.tsx'
import { ReservationTable } from './reservation-table.tsx'

const STATUSES = ['pending', 'confirmed', 'cancelled'] as const

/** Of an address somebody may have written by hand: what cannot be asked for is left out. */
function filterOf({ status: named, from: begin, to: end }: ReservationsSearch): ReservationFilter {
  const status = STATUSES.find((each) => each === named)
  const [from, to] = [begin ? fromLocalInput(begin) : '', end ? fromLocalInput(end) : '']
  return { ...(status && { status }), ...(from && { from }), ...(to && { to }) }
}

export function ReservationsPage() {
  const reservations = useReservationMessages()
  const search = useSearch({ from: '/shell/reservations' })
  const navigate = useNavigate({ from: '/reservations' })
  const mayManage = usePermission('reservation.manage')
  const query = useReservations(filterOf(search))
  const close = () =>
    void navigate({
      search: ({ create: _create, reservation: _one, ...rest }) => rest,
      replace: true,
    })
  const open = mayManage && (
    <Button
      look="primary"
      onClick={() => void navigate({ search: (old) => ({ ...old, create: true }), replace: true })}
    >
      <Plus size={16} aria-hidden />
      <span className="max-sm:sr-only">{reservations.create}</span>
    </Button>
  )
  return (
    <Page title={reservations.title} subtitle={reservations.subtitle} action={open}>
      <Filters search={search} />
      <Loaded query={query} rows={6}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length > 0) return <ReservationTable shown={shown} mayManage={mayManage} />
          return (
            <Empty
              icon={<CalendarCheck size={32} />}
              title={reservations.emptyTitle}
              hint={reservations.emptyHint}
            />
          )
        }}
      </Loaded>
      <LoadMore query={query} />
      {mayManage && search.create && <NewReservationForm onClose={close} />}
      {mayManage && search.reservation !== undefined && (
        <EditReservation key={search.reservation} id={search.reservation} onClose={close} />
      )}
    </Page>
  )
}

function Filters({ search }: { search: ReservationsSearch }) {
  const reservations = useReservationMessages()
  const navigate = useNavigate({ from: '/reservations' })
  const set = (name: 'status' | 'from' | 'to', value: string) =>
    void navigate({
      search: ({ [name]: _old, ...rest }) => (value ? { ...rest, [name]: value } : rest),
      replace: true,
    })
  return (
    <div
      role="search"
      aria-label={reservations.filters}
      className="mb-3 grid grid-cols-2 items-end gap-2 lg:grid-cols-4"
    >
      <Choice
        label={reservations.status}
        value={search.status ?? ''}
        options={[
          ['', reservations.anyStatus],
          ...STATUSES.map((status) => [status, reservations.states[status]] as const),
        ]}
        onChange={(value) => set('status', value)}
      />
      <MomentField
        label={reservations.from}
        iso={search.from}
        onChange={(iso) => set('from', iso)}
      />
      <MomentField label={reservations.to} iso={search.to} onChange={(iso) => set('to', iso)} />
      <Button
        disabled={Object.keys(filterOf(search)).length === 0}
        onClick={() => void navigate({ search: {}, replace: true })}
      >
        {reservations.clear}
      </Button>
    </div>
  )
}
