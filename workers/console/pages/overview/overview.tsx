/** How the deployment is doing: traffic, latency, dependencies, and what was changed lately. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Overview, Period } from '../../../ops/schemas.ts'
import { formatDuration } from '../../lib/format.ts'
import { PERIODS } from '../../lib/manage-search.ts'
import { useOverview, useRecentChanges } from '../../lib/overview-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useOverviewMessages } from '../../messages/overview.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { LatencyChart, TrafficChart } from './charts.tsx'
import { Dependencies } from './dependencies.tsx'
import { JourneyFunnels } from './journey-funnels.tsx'
import { RecentChanges } from './recent-changes.tsx'

export function OverviewPage() {
  const overview = useOverviewMessages()
  const { period = '24h' } = useSearch({ from: '/shell/overview' })
  const query = useOverview(period)
  const changes = useRecentChanges()
  return (
    <Page
      title={overview.title}
      subtitle={overview.subtitle}
      action={<PeriodPicker period={period} />}
    >
      <Loaded query={query} rows={8}>
        {(data) => (
          <div className="space-y-6">
            <Totals total={data.total} />
            <div className="grid gap-4 lg:grid-cols-2">
              <TrafficChart overview={data} changes={changes.data ?? []} />
              <LatencyChart overview={data} changes={changes.data ?? []} />
            </div>
            <div className="grid gap-4 lg:grid-cols-2">
              <Dependencies readiness={data.readiness} />
              {changes.isEnabled && <RecentChanges query={changes} />}
            </div>
            <JourneyFunnels />
            <p className="text-sm text-muted">{overview.version(data.version)}</p>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

/** The period stands in the address, so that a link shows what its sender saw. */
function PeriodPicker({ period }: { period: Period }) {
  const overview = useOverviewMessages()
  const navigate = useNavigate({ from: '/overview' })
  return (
    <label className="flex shrink-0 items-center gap-2 text-sm text-muted">
      {overview.period}
      <select
        value={period}
        onChange={(event) => {
          const next = PERIODS.find((known) => known === event.target.value)
          if (next) void navigate({ search: { period: next }, replace: true })
        }}
        className="h-8 rounded-sm border border-control/60 bg-surface px-2 text-base text-ink"
      >
        {PERIODS.map((known) => (
          <option key={known} value={known}>
            {overview.periods[known]}
          </option>
        ))}
      </select>
    </label>
  )
}

function Totals({ total }: Pick<Overview, 'total'>) {
  const { locale } = useMessages()
  const overview = useOverviewMessages()
  const { requests, failed, refused, p95Ms } = total
  const numbers = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 })
  const share = (part: number) => (requests === 0 ? '–' : percent.format(part / requests))
  const facts = [
    { name: overview.requests, value: numbers.format(requests) },
    { name: overview.failed, value: share(failed), tone: failed > 0 ? 'text-bad' : '' },
    { name: overview.refused, value: share(refused) },
    { name: overview.p95, value: p95Ms === null ? '–' : formatDuration(p95Ms, locale) },
  ]
  return (
    <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
      {facts.map(({ name, value, tone = '' }) => (
        <div key={name} className="rounded-md border border-line bg-surface px-4 py-3">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className={`text-xl font-semibold ${tone}`}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
