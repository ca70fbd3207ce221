/** A reservation's slots: for a new one, and for one that is changed unless somebody else was first. */
import { VoiceAssistError } from '../../../../sdk/errors.ts'
import type {
  NewReservation,
  Reservation,
  ReservationChange,
} from '../../../reservations/schemas.ts'
import { useReservation, useReservationActions } from '../../lib/reservation-queries.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useReservationMessages } from '../../messages/reservations.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Modal } from '../../ui/modal.tsx'

const isConflict = (error: unknown) =>
  error instanceof VoiceAssistError && error.code === 'conflict'

/** Empty fields are none. */
const textOrNull = (form: FormData, name: string) => textOf(form, name).trim() || null

const slotsOf = (form: FormData): NewReservation => ({
  party_size: Number(textOf(form, 'party_size')),
  date: textOf(form, 'date'),
  time: textOf(form, 'time'),
  time_zone: textOf(form, 'time_zone').trim(),
  name: textOf(form, 'name').trim(),
  phone: textOrNull(form, 'phone'),
  notes: textOrNull(form, 'notes'),
})

/** What is not as it was: a time that has passed meanwhile is in nobody's way. */
function changesOf(known: Reservation, slots: NewReservation): ReservationChange {
  const before = new Map<string, unknown>(Object.entries(known))
  return Object.fromEntries(
    Object.entries(slots).filter(([name, value]) => before.get(name) !== value),
  )
}

export function NewReservationForm({ onClose }: { onClose: () => void }) {
  const reservations = useReservationMessages()
  const { create } = useReservationActions()
  return (
    <FormModal
      title={reservations.create}
      submit={reservations.create}
      onClose={onClose}
      onSubmit={async (form) => {
        await create(slotsOf(form))
        onClose()
      }}
    >
      <Slots />
    </FormModal>
  )
}

interface EditReservationProps {
  id: string
  onClose: () => void
}

export function EditReservation({ id, onClose }: EditReservationProps) {
  const reservations = useReservationMessages()
  const query = useReservation(id)
  return (
    <Modal title={reservations.editTitle(query.data?.code ?? '')} onClose={onClose}>
      <Loaded query={query} rows={6}>
        {(reservation) =>
          reservation.status === 'cancelled' ? (
            <p>{reservations.gone}</p>
          ) : (
            // What was loaded anew is another form.
            <EditForm key={reservation.updated_at} reservation={reservation} onClose={onClose} />
          )
        }
      </Loaded>
    </Modal>
  )
}

interface EditFormProps {
  reservation: Reservation
  onClose: () => void
}

function EditForm({ reservation, onClose }: EditFormProps) {
  const reservations = useReservationMessages()
  const { common } = useMessages()
  const { change, refresh } = useReservationActions()
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await change(reservation, changesOf(reservation, slotsOf(form)))
    onClose()
  })
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <Slots reservation={reservation} />
      {error !== null && (
        <ErrorNote error={error} {...(isConflict(error) && { text: reservations.conflict })}>
          {isConflict(error) && (
            <Button onClick={() => void refresh()}>{reservations.reload}</Button>
          )}
        </ErrorNote>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button type="submit" look="primary" disabled={isBusy}>
          {reservations.save}
        </Button>
      </div>
    </form>
  )
}

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

function Slots({ reservation }: { reservation?: Reservation }) {
  const reservations = useReservationMessages()
  return (
    <>
      <TextField
        label={reservations.name}
        name="name"
        defaultValue={reservation?.name}
        maxLength={200}
        autoComplete="off"
        required
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={reservations.date}
          name="date"
          type="date"
          defaultValue={reservation?.date}
          required
        />
        <TextField
          label={reservations.time}
          name="time"
          type="time"
          defaultValue={reservation?.time}
          required
        />
        <TextField
          label={reservations.partySize}
          name="party_size"
          type="number"
          min={1}
          max={500}
          defaultValue={reservation?.party_size ?? 2}
          required
        />
        <TextField
          label={reservations.phone}
          name="phone"
          type="tel"
          defaultValue={reservation?.phone ?? ''}
          maxLength={30}
          autoComplete="off"
        />
      </div>
      <TextField
        label={reservations.timeZone}
        hint={reservations.timeZoneHint}
        name="time_zone"
        defaultValue={reservation?.time_zone ?? OWN_ZONE}
        maxLength={64}
        required
      />
      <TextField
        label={reservations.notes}
        name="notes"
        defaultValue={reservation?.notes ?? ''}
        maxLength={500}
      />
    </>
  )
}
