/** Reservations as rows: whose, when at the place, how many, and what can still be done. */
import { Link } from '@tanstack/react-router'
import { CalendarX, Pencil } from 'lucide-react'
import { useState } from 'react'
import type { Reservation } from '../../../reservations/schemas.ts'
import { useReservationActions } from '../../lib/reservation-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useReservationMessages } from '../../messages/reservations.ts'
import { IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Status } from '../../ui/status.tsx'

const TONES = { pending: 'warn', confirmed: 'good', cancelled: 'idle' } as const

const whenOf = ({ date, time, time_zone: zone }: Reservation) => `${date} ${time} ${zone}`

interface ReservationTableProps {
  shown: readonly Reservation[]
  mayManage: boolean
}

export function ReservationTable({ shown, mayManage }: ReservationTableProps) {
  const reservations = useReservationMessages()
  const { common } = useMessages()
  const { columns } = reservations
  const [condemned, setCondemned] = useState<Reservation | null>(null)
  return (
    <>
      <DataTable
        label={reservations.table}
        columns={[
          { key: 'guest', title: columns.guest },
          { key: 'at', title: columns.at, className: 'w-40' },
          { key: 'people', title: columns.people, className: `w-20 text-right ${wide}` },
          { key: 'state', title: columns.state, className: `w-44 ${wide}` },
          { key: 'actions', title: common.actions, className: 'w-20', isSilent: true },
        ]}
      >
        {shown.map((one) => (
          <Row
            key={one.id}
            reservation={one}
            mayManage={mayManage}
            onCancel={() => setCondemned(one)}
          />
        ))}
      </DataTable>
      {condemned && <Cancelling reservation={condemned} onClose={() => setCondemned(null)} />}
    </>
  )
}

interface RowProps extends Pick<ReservationTableProps, 'mayManage'> {
  reservation: Reservation
  onCancel: () => void
}

function Row({ reservation, mayManage, onCancel }: RowProps) {
  const reservations = useReservationMessages()
  const { id, code, name, phone, notes, status, party_size: size, date, time } = reservation
  const isOpen = status !== 'cancelled'
  const state = <Status tone={TONES[status]}>{reservations.states[status]}</Status>
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <span className="block font-medium break-words">{name}</span>
        <span className="flex items-center gap-1 text-sm text-muted">
          <code className="font-mono">{code}</code>
          <CopyButton text={code} label={reservations.copyCode(code)} />
        </span>
        <span className="block truncate text-sm text-muted" title={notes ?? undefined}>
          {[phone, notes].filter(Boolean).join(' · ')}
        </span>
        <span className="text-sm md:hidden">{state}</span>
      </td>
      <td className={`${cell} tabular-nums`}>
        <time dateTime={reservation.starts_at} title={reservation.starts_at}>
          {date} {time}
        </time>
        <span className="block truncate text-sm text-muted">{reservation.time_zone}</span>
        <span className="block text-sm text-muted md:hidden">{reservations.people(size)}</span>
      </td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>{size}</td>
      <td className={`${cell} ${wide}`}>{state}</td>
      <td className={`${cell} px-1! text-right whitespace-nowrap`}>
        {mayManage && isOpen && (
          <>
            <Link
              to="/reservations"
              search={(old) => ({ ...old, reservation: id })}
              aria-label={reservations.editOf(code)}
              title={reservations.editOf(code)}
              className="inline-grid size-8 place-items-center rounded-sm text-muted hover:bg-raised hover:text-ink"
            >
              <Pencil size={16} aria-hidden />
            </Link>
            <IconButton label={reservations.cancelOf(code)} onClick={onCancel}>
              <CalendarX size={16} aria-hidden />
            </IconButton>
          </>
        )}
      </td>
    </tr>
  )
}

interface CancellingProps {
  reservation: Reservation
  onClose: () => void
}

function Cancelling({ reservation, onClose }: CancellingProps) {
  const reservations = useReservationMessages()
  const { cancel } = useReservationActions()
  return (
    <FormModal
      title={reservations.cancelTitle}
      hint={reservations.cancelHint(reservation.name, whenOf(reservation))}
      submit={reservations.cancel}
      look="danger"
      onClose={onClose}
      onSubmit={async () => {
        await cancel(reservation)
        onClose()
      }}
    />
  )
}
