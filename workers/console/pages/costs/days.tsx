/** What each day cost, its parts by what sums are made by. */
import type { Property, UsageDays } from '../../../usage/report-schemas.ts'
import { type CostChoice, useCostDays } from '../../lib/cost-queries.ts'
import { everyDay } from '../../lib/cost-search.ts'
import { formatDay, formatDollars } from '../../lib/format.ts'
import { useCostMessages } from '../../messages/costs.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { StackedBars } from '../../ui/stacked-bars.tsx'
import { useGroupNames } from './group-names.ts'

interface DaysProps {
  by: Property
  choice: CostChoice
}

export function Days({ by, choice }: DaysProps) {
  const costs = useCostMessages()
  const query = useCostDays(by, choice)
  return (
    <section aria-labelledby="cost-days" className="space-y-2">
      <h2 id="cost-days" className="font-semibold">
        {costs.chart.title}
      </h2>
      <Loaded query={query} rows={5}>
        {(data) => <Chart by={by} choice={choice} data={data} />}
      </Loaded>
    </section>
  )
}

function Chart({ by, choice, data: { parts, days } }: DaysProps & { data: UsageDays }) {
  const costs = useCostMessages()
  const { locale } = useMessages()
  const { chart } = costs
  const nameOf = useGroupNames(by)
  if (days.length === 0) return <p className="text-muted">{chart.none}</p>
  const names = distinct(parts.map((part) => (part.isRest ? chart.rest : nameOf(part))))
  const stacks = { names, ...everyDay(days, choice, parts.length) }
  const total = days.reduce(
    (all, { microDollars }) => microDollars.reduce((sum, part) => sum + part, all),
    0,
  )
  const dollars = (value: number) => formatDollars(value, locale)
  return (
    <StackedBars
      stacks={stacks}
      summary={chart.summary(dollars(total))}
      table={chart.table}
      step={chart.day}
      format={dollars}
      formatStep={(iso) => formatDay(iso, locale)}
    />
  )
}

/** Two users may have one name; a chart tells its parts by theirs. */
const distinct = (names: readonly string[]) =>
  names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length
    return before === 0 ? name : `${name} (${before + 1})`
  })
