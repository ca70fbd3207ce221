/** What happens by itself: seen with its steps and its next time, paused, resumed, cancelled, and planned. */
import { useState } from 'react'
import { useSchedules } from '../../lib/flag-editor-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { PlanForm } from './plan-form.tsx'
import type { PartProps } from './rollout-section.tsx'
import { ScheduleRow } from './schedule-row.tsx'

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
                <ScheduleRow key={schedule.id} schedule={schedule} mayWrite={mayWrite} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayWrite && (
        <PlanForm
          key={`${environment} ${count}`}
          flag={flag}
          environment={environment}
          onDone={() => setCount((last) => last + 1)}
        />
      )}
    </Section>
  )
}
