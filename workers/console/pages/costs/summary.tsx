/** Today, the month and where it is heading; and hours that are not as usual. */
import { useCostSummary } from '../../lib/cost-queries.ts'
import { formatDollars } from '../../lib/format.ts'
import { useCostMessages } from '../../messages/costs.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { Deadline } from '../../ui/when.tsx'

export function Summary() {
  const costs = useCostMessages()
  const { locale } = useMessages()
  const { summary } = costs
  return (
    <Loaded query={useCostSummary()} rows={2}>
      {({ today, month, projected }) => {
        const facts = [
          { name: summary.today, value: formatDollars(today, locale) },
          { name: summary.month, value: formatDollars(month, locale) },
          {
            name: summary.projected,
            value: projected === null ? summary.tooEarly : formatDollars(projected, locale),
          },
        ]
        return (
          <div className="space-y-1">
            <dl className="grid gap-4 sm:grid-cols-3">
              {facts.map(({ name, value }) => (
                <div key={name} className="rounded-md border border-line bg-surface px-4 py-3">
                  <dt className="text-sm text-muted">{name}</dt>
                  <dd className="text-xl font-semibold">{value}</dd>
                </div>
              ))}
            </dl>
            <p className="text-sm text-muted">{summary.days}</p>
          </div>
        )
      }}
    </Loaded>
  )
}

export function Anomalies() {
  const costs = useCostMessages()
  const { locale } = useMessages()
  const { anomalies: words } = costs
  return (
    <Section title={words.title} hint={words.hint}>
      <Loaded query={useCostSummary()} rows={2}>
        {({ anomalies }) =>
          anomalies.length === 0 ? (
            <p className="text-muted">{words.none}</p>
          ) : (
            <ul className="space-y-1">
              {anomalies.map(({ hour, microDollars, usual }) => (
                <li key={hour} className="flex flex-wrap gap-x-3">
                  <Deadline iso={hour} />
                  <span className="font-medium text-warn">
                    {words.line(formatDollars(microDollars, locale), formatDollars(usual, locale))}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  )
}
