/** What happens by itself: seen with its next time, paused, resumed, cancelled; windows are made here. */
import { useState } from 'react'
import type { Schedule } from '../../../flags/schedule-schemas.ts'
import { useFlagEditor, useSchedules } from '../../lib/flag-editor-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { Status, type Tone } from '../../ui/status.tsx'
import { Deadline } from '../../ui/when.tsx'
import type { PartProps } from './rollout-section.tsx'

const TONES: Readonly<Record<Schedule['state'], Tone>> = {
  active: 'good',
  paused: 'warn',
  done: 'idle',
  cancelled: 'idle',
  stopped: 'bad',
  failed: 'bad',
}

export function SchedulesSection({ flag, environment }: PartProps) {
  const { schedules } = useMessages().flag
  const mayWrite = usePermission('flag.write')
  const query = useSchedules(flag.name, environment)
  const [count, setCount] = useState(0)
  return (
    <Section title={schedules.title} hint={schedules.hint}>
      <Loaded query={query} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">{schedules.none}</p>
          ) : (
            <ul className="divide-y divide-line rounded-md border border-line">
              {items.map((schedule) => (
                <Row key={schedule.id} schedule={schedule} mayWrite={mayWrite} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayWrite && (
        <NewWindow
          key={`${environment} ${count}`}
          flag={flag}
          environment={environment}
          onDone={() => setCount((last) => last + 1)}
        />
      )}
    </Section>
  )
}

function Row({ schedule, mayWrite }: { schedule: Schedule; mayWrite: boolean }) {
  const { schedules } = useMessages().flag
  const { id, flag, type, state, nextAt, detail, done, steps } = schedule
  const { moveSchedule } = useFlagEditor(flag)
  const isOpen = state === 'active' || state === 'paused'
  return (
    <li className="flex flex-wrap items-center gap-3 px-3 py-1.5">
      <span className="min-w-0 flex-1">
        {schedules.types[type]} ({done}/{steps.length})
        <span className="block text-sm text-muted">
          {nextAt && (
            <>
              {schedules.next}: <Deadline iso={nextAt} />{' '}
            </>
          )}
          {detail}
        </span>
      </span>
      <Status tone={TONES[state]}>{schedules.states[state]}</Status>
      {mayWrite && state === 'active' && (
        <Button onClick={() => moveSchedule(id, 'pause')}>{schedules.pause}</Button>
      )}
      {mayWrite && state === 'paused' && (
        <Button onClick={() => moveSchedule(id, 'resume')}>{schedules.resume}</Button>
      )}
      {mayWrite && isOpen && (
        <Button onClick={() => moveSchedule(id, 'cancel')}>{schedules.cancel}</Button>
      )}
    </li>
  )
}

function NewWindow({ flag, environment, onDone }: PartProps & { onDone: () => void }) {
  const { schedules } = useMessages().flag
  const { schedule } = useFlagEditor(flag.name)
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const [from, until] = [textOf(form, 'from'), textOf(form, 'until')].map(fromLocalInput)
    const times = { ...(from && { from }), ...(until && { until }) }
    await schedule({ type: 'window', environment, comment: '', ...times })
    onDone()
  })
  return (
    <form onSubmit={onSubmit} className="grid gap-3 sm:grid-cols-2">
      <TextField label={schedules.from} name="from" type="datetime-local" />
      <TextField label={schedules.until} name="until" type="datetime-local" />
      <div className="flex justify-end sm:col-span-2">
        <Button type="submit" disabled={isBusy}>
          {schedules.add}
        </Button>
      </div>
      {error !== null && (
        <div className="sm:col-span-2">
          <ErrorNote error={error} />
        </div>
      )}
    </form>
  )
}
