/** How often the flag was evaluated, by variant over time: a chart, and the same as a table. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type Counted, countedOf, PERIODS, periodOf } from '../../lib/flag-counts.ts'
import { useCounts } from '../../lib/flag-editor-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { StackedBars } from '../../ui/stacked-bars.tsx'
import type { PartProps } from './rollout-section.tsx'

export function CountsSection({ flag, environment }: PartProps) {
  const { counts } = useLateMessages().flagTools
  const navigate = useNavigate({ from: '/flags' })
  const period = periodOf(useSearch({ from: '/shell/flags' }).period)
  return (
    <Section title={counts.title} hint={counts.hint}>
      <SelectField
        label={counts.period}
        value={period}
        options={(['24h', '7d', '30d'] as const).map((value) => ({
          value,
          name: counts.periods[value],
        }))}
        onChange={({ target: { value } }) =>
          void navigate({ search: (last) => ({ ...last, period: value }), replace: true })
        }
      />
      <Loaded query={useCounts(flag.name, environment, period)} rows={4}>
        {(analytics) => {
          const counted = countedOf(analytics)
          if (counted.total === 0) return <p className="text-muted">{counts.none}</p>
          return <Shown counted={counted} isDaily={PERIODS[period].granularity === 'day'} />
        }}
      </Loaded>
    </Section>
  )
}

function Shown({ counted, isDaily }: { counted: Counted; isDaily: boolean }) {
  const { flagTools } = useLateMessages()
  const { locale } = useMessages()
  const { counts } = flagTools
  const { times, columns, variants, total, errors } = counted
  const number = new Intl.NumberFormat(locale)
  const names = variants.map(({ name }) => (name === '' ? counts.byDefault : name))
  return (
    <StackedBars
      stacks={{ times, columns, names }}
      summary={counts.summary(number.format(total), number.format(errors))}
      table={counts.table}
      step={isDaily ? counts.day : counts.hour}
    />
  )
}
