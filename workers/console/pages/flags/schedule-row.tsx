/** One schedule: what it does step by step, how far it is, what guards it, and how it is held or ended. */
import type { Schedule } from '../../../flags/schedule-schemas.ts'
import { useFlagEditor } from '../../lib/flag-editor-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Status, type Tone } from '../../ui/status.tsx'
import { Deadline } from '../../ui/when.tsx'

const TONES: Readonly<Record<Schedule['state'], Tone>> = {
  active: 'good',
  paused: 'warn',
  done: 'idle',
  cancelled: 'idle',
  stopped: 'bad',
  failed: 'bad',
}

export function ScheduleRow({ schedule, mayWrite }: { schedule: Schedule; mayWrite: boolean }) {
  const { flagTools } = useLateMessages()
  const { flag: words } = useMessages()
  const { schedules } = words
  const { id, flag, type, rule, state, nextAt, detail, done, steps } = schedule
  const { moveSchedule } = useFlagEditor(flag)
  const isOpen = state === 'active' || state === 'paused'
  const shares = steps.flatMap((step) =>
    step.type === 'percentage' ? [`${step.percentage} %`] : [],
  )
  return (
    <li className="flex flex-wrap items-center gap-3 px-3 py-1.5">
      <span className="min-w-0 flex-1">
        {schedules.types[type]} {rule !== null && <code className="font-mono">{rule}</code>} ({done}
        /{steps.length})
        {shares.length > 0 && (
          <span className="block text-sm text-muted">
            {flagTools.plan.steps(shares.join(', '))}
          </span>
        )}
        <span className="block text-sm text-muted">
          {nextAt && (
            <>
              {schedules.next}: <Deadline iso={nextAt} />{' '}
            </>
          )}
          {detail}
        </span>
        <Guard schedule={schedule} />
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

function Guard({ schedule: { guard, reading } }: { schedule: Schedule }) {
  const { plan } = useLateMessages().flagTools
  if (guard === null) return null
  const { metric, most, least } = guard
  const bound = [
    ...(least === undefined ? [] : [`≥ ${least}`]),
    ...(most === undefined ? [] : [`≤ ${most}`]),
  ]
  return (
    <span className="block text-sm text-muted">
      {plan.guarded(metric, bound.join(', '))}.{' '}
      {reading === null
        ? plan.unguarded
        : plan.reading(String(reading.value), String(reading.samples))}
    </span>
  )
}
