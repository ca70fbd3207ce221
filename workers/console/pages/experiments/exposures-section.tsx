/** New units by day and variant: a chart, and the same as a table. */
import type { ExperimentExposures } from '../../../experiments/result-schemas.ts'
import { useExposures } from '../../lib/experiment-queries.ts'
import { exposureDays } from '../../lib/exposure-days.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { StackedBars } from '../../ui/stacked-bars.tsx'

/** An earlier phase's columns end with its last day. */
const endOf = (days: ExperimentExposures['days']): number => Date.parse(days.at(-1)?.day ?? '')

interface ExposuresSectionProps {
  name: string
  environment: string
  /** An earlier one; the present one when undefined. */
  phase: number | undefined
}

export function ExposuresSection({ name, environment, phase }: ExposuresSectionProps) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const { exposures: words, units } = experiments
  return (
    <Section title={words.title} hint={words.hint}>
      <Loaded query={useExposures(name, environment, phase)} rows={4}>
        {({ days }) => {
          const stacks = exposureDays(days, phase === undefined ? Date.now() : endOf(days))
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
