import { useExposures } from '../../lib/experiment-queries.ts'
/** New units by day and variant: a chart, and the same as a table. */
import { exposureDays } from '../../lib/exposure-days.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { StackedBars } from '../../ui/stacked-bars.tsx'

export function ExposuresSection({ name, environment }: { name: string; environment: string }) {
  const { experiments, locale } = useMessages()
  const { exposures: words, units } = experiments
  return (
    <Section title={words.title} hint={words.hint}>
      <Loaded query={useExposures(name, environment)} rows={4}>
        {({ days }) => {
          const stacks = exposureDays(days, Date.now())
          if (stacks.total === 0) return <p className="text-muted">{units.none}</p>
          const total = new Intl.NumberFormat(locale).format(stacks.total)
          return (
            <StackedBars
              stacks={stacks}
              summary={words.summary(total)}
              table={words.table}
              step={words.day}
            />
          )
        }}
      </Loaded>
    </Section>
  )
}
