/** The range's sums by one property, the dearest first; a row narrows the page down to it. */
import { Link } from '@tanstack/react-router'
import type { UsageReport } from '../../../usage/report-schemas.ts'
import { type CostChoice, useCostGroups } from '../../lib/cost-queries.ts'
import type { CostGroup } from '../../lib/cost-search.ts'
import { formatDollars } from '../../lib/format.ts'
import { useCostMessages } from '../../messages/costs.ts'
import { useMessages } from '../../messages/locale.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { useGroupNames } from './group-names.ts'

interface GroupsProps {
  by: CostGroup
  choice: CostChoice
}

const right = 'text-right tabular-nums'

export function Groups({ by, choice }: GroupsProps) {
  const costs = useCostMessages()
  const { breakdown } = costs
  const query = useCostGroups(by, choice)
  return (
    <section aria-labelledby="cost-groups" className="space-y-2">
      <h2 id="cost-groups" className="font-semibold">
        {breakdown.title(costs.groups[by])}
      </h2>
      <Loaded query={query} rows={5}>
        {({ items, microDollars }) =>
          items.length === 0 ? (
            <p className="text-muted">{costs.chart.none}</p>
          ) : (
            <DataTable
              label={breakdown.table}
              columns={[
                { key: 'name', title: costs.groups[by] },
                { key: 'cost', title: breakdown.cost, className: 'w-28 text-right' },
                { key: 'share', title: breakdown.share, className: `w-20 text-right ${wide}` },
                { key: 'calls', title: breakdown.calls, className: `w-24 text-right ${wide}` },
                { key: 'tokens', title: breakdown.tokens, className: `w-44 text-right ${wide}` },
              ]}
            >
              {items.map((item) => (
                <GroupRow key={item.key ?? ''} by={by} item={item} whole={microDollars} />
              ))}
            </DataTable>
          )
        }
      </Loaded>
    </section>
  )
}

interface GroupRowProps {
  by: CostGroup
  item: UsageReport['items'][number]
  whole: number
}

function GroupRow({ by, item, whole }: GroupRowProps) {
  const { locale } = useMessages()
  const number = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const { microDollars, calls, inputTokens, outputTokens } = item
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={`${cell} truncate`} title={item.key ?? undefined}>
        <GroupName by={by} item={item} />
      </td>
      <td className={`${cell} ${right}`}>{formatDollars(microDollars, locale)}</td>
      <td className={`${cell} ${right} text-muted ${wide}`}>
        {whole === 0 ? '–' : percent.format(microDollars / whole)}
      </td>
      <td className={`${cell} ${right} ${wide}`}>{number.format(calls)}</td>
      <td className={`${cell} ${right} text-muted ${wide}`}>
        {number.format(inputTokens)} / {number.format(outputTokens)}
      </td>
    </tr>
  )
}

function GroupName({ by, item }: Omit<GroupRowProps, 'whole'>) {
  const costs = useCostMessages()
  const name = useGroupNames(by)(item)
  const { key } = item
  if (key === null) return <span className="text-muted">{name}</span>
  if (by === 'tenant') return <code className="font-mono text-xs">{name}</code>
  return (
    <Link
      to="/costs"
      search={(before) => ({ ...before, [by]: key })}
      aria-label={costs.only(name)}
      className="text-accent underline-offset-2 hover:underline"
    >
      {name}
    </Link>
  )
}
