/** Single calls of models, newest first. */
import { Link } from '@tanstack/react-router'
import type { ProviderCall } from '../../../usage/report-schemas.ts'
import { type CostChoice, useProviderCalls } from '../../lib/cost-queries.ts'
import { formatDollars } from '../../lib/format.ts'
import { useCostMessages } from '../../messages/costs.ts'
import { useMessages } from '../../messages/locale.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/when.tsx'

export function Calls({ choice }: { choice: CostChoice }) {
  const costs = useCostMessages()
  const { calls: words } = costs
  const query = useProviderCalls(choice)
  return (
    <section aria-labelledby="cost-calls" className="space-y-2">
      <h2 id="cost-calls" className="font-semibold">
        {words.title}
      </h2>
      <Loaded query={query} rows={8}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length === 0) return <p className="text-muted">{words.empty}</p>
          return (
            <DataTable
              label={words.table}
              columns={[
                { key: 'at', title: words.at, className: `w-44 ${wide}` },
                { key: 'what', title: words.what },
                { key: 'model', title: words.model, className: `w-44 ${wide}` },
                { key: 'units', title: words.units, className: `w-44 ${wide}` },
                { key: 'cost', title: words.cost, className: 'w-28 text-right' },
              ]}
            >
              {shown.map((call) => (
                <CallRow key={call.id} call={call} />
              ))}
            </DataTable>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
    </section>
  )
}

function CallRow({ call }: { call: ProviderCall }) {
  const costs = useCostMessages()
  const { locale } = useMessages()
  const { at, purpose, endpoint, model, microDollars, estimated, subjectId } = call
  return (
    <tr className="h-9 align-top hover:bg-raised/50">
      <td className={`${cell} text-muted ${wide}`}>
        <Moment iso={at} />
      </td>
      <td className={`${cell} truncate`}>
        {subjectId === null ? (
          costs.purposes[purpose]
        ) : (
          <Link
            to="/costs"
            search={(before) => ({ ...before, query: subjectId })}
            title={costs.calls.ofAnswer}
            className="text-accent underline-offset-2 hover:underline"
          >
            {costs.purposes[purpose]}
          </Link>
        )}
        <span className="block truncate font-mono text-xs text-muted">{endpoint}</span>
        <span className="block text-xs text-muted md:hidden">
          <Moment iso={at} />
        </span>
      </td>
      <td className={`${cell} truncate font-mono text-xs ${wide}`} title={model}>
        {model}
      </td>
      <td className={`${cell} text-xs text-muted ${wide}`}>
        <Units units={call.units} />
      </td>
      <td className={`${cell} text-right tabular-nums`}>
        {formatDollars(microDollars, locale)}
        {estimated && <span className="block text-xs text-muted">{costs.calls.estimated}</span>}
      </td>
    </tr>
  )
}

const UNITS = [
  'input',
  'cachedInput',
  'output',
  'audioInput',
  'audioOutput',
  'audioMs',
  'characters',
] as const

function Units({ units }: Pick<ProviderCall, 'units'>) {
  const costs = useCostMessages()
  const { locale } = useMessages()
  const number = new Intl.NumberFormat(locale)
  return UNITS.filter((unit) => units[unit] > 0)
    .map((unit) => costs.calls.unit[unit](number.format(units[unit])))
    .join(', ')
}
