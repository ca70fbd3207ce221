/** Traces, newest first, each by the span it began with. */
import { Link } from '@tanstack/react-router'
import { Waypoints } from 'lucide-react'
import type { TraceFilter, TraceReach } from '../../../../sdk/traces.ts'
import type { TraceSummary } from '../../../traces/schemas.ts'
import { formatDuration, formatMoment } from '../../lib/format.ts'
import { useTraces } from '../../lib/trace-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useTraceMessages } from '../../messages/traces.ts'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { Moment } from '../../ui/when.tsx'

export function TraceList({ filter, reach }: { filter: TraceFilter; reach: TraceReach }) {
  const traces = useTraceMessages()
  const { columns } = traces
  const query = useTraces(filter, reach)
  return (
    <>
      <Loaded query={query} rows={10}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length === 0) {
            return (
              <Empty icon={<Waypoints size={32} />} title={traces.empty} hint={traces.emptyHint} />
            )
          }
          return (
            <DataTable
              label={traces.table}
              columns={[
                { key: 'at', title: columns.at, className: `w-44 ${wide}` },
                { key: 'name', title: columns.name },
                { key: 'status', title: columns.status, className: 'w-36' },
                { key: 'duration', title: columns.duration, className: 'w-24' },
                { key: 'spans', title: columns.spans, className: `w-20 ${wide}` },
              ]}
            >
              {shown.map((trace) => (
                <TraceRow key={`${trace.traceId} ${trace.startedAt}`} trace={trace} />
              ))}
            </DataTable>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
    </>
  )
}

function TraceRow({ trace }: { trace: TraceSummary }) {
  const { locale } = useMessages()
  const traces = useTraceMessages()
  const { traceId, startedAt, name, statusCode, status, durationMs, spans, errors } = trace
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={`${cell} text-muted ${wide}`}>
        <Moment iso={startedAt} />
      </td>
      <td className={cell}>
        <Link
          to="/traces"
          search={(search) => ({ ...search, trace: traceId })}
          aria-label={traces.open(name, formatMoment(startedAt, locale))}
          className="block max-w-full truncate rounded-sm font-mono text-sm text-accent underline-offset-2 hover:underline"
        >
          {name}
        </Link>
        <span className="block text-sm text-muted md:hidden">
          <Moment iso={startedAt} />
        </span>
      </td>
      <td className={cell}>
        <Status tone={status === 'error' ? 'bad' : errors > 0 ? 'warn' : 'good'}>
          {statusCode ?? traces.outcomes[status]}
        </Status>
      </td>
      <td className={`${cell} tabular-nums`}>{formatDuration(durationMs, locale)}</td>
      <td className={`${cell} tabular-nums ${wide}`}>{spans}</td>
    </tr>
  )
}
