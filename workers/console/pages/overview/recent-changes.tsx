/** What was changed lately, as the audit log tells it. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import type { AuditRecord } from '../../../audit/schemas.ts'
import { useOverviewMessages } from '../../messages/overview.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Moment } from '../../ui/when.tsx'

export function RecentChanges({ query }: { query: UseQueryResult<AuditRecord[]> }) {
  const overview = useOverviewMessages()
  const { title, hint, none, all } = overview.changes
  const id = useId()
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-md border border-line bg-surface p-4">
      <div className="flex items-baseline justify-between gap-4">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        <Link to="/audit" className="text-sm text-accent underline-offset-2 hover:underline">
          {all}
        </Link>
      </div>
      <p className="mb-3 text-sm text-muted">{hint}</p>
      <Loaded query={query} rows={4}>
        {(changes) =>
          changes.length === 0 ? (
            <p className="text-muted">{none}</p>
          ) : (
            <ul className="divide-y divide-line">
              {changes.map(({ seq, at, entry }) => (
                <li key={seq} className="flex items-center gap-3 py-1.5">
                  <span className="min-w-0 flex-1 truncate">
                    <span className="font-mono text-sm">{entry.event}</span>{' '}
                    <span className="font-mono text-xs text-muted">{entry.resource?.id}</span>
                  </span>
                  <span className="shrink-0 text-sm text-muted">
                    <Moment iso={at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  )
}
