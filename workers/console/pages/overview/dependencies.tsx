/** What the platform cannot do without, and whether each of it answers. */
import { useId } from 'react'
import type { Readiness } from '../../../ops/schemas.ts'
import { formatDuration } from '../../lib/format.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useOverviewMessages } from '../../messages/overview.ts'
import { Status } from '../../ui/status.tsx'

const NAMES = ['database', 'vector', 'redis', 'queue', 'r2', 'identity'] as const

export function Dependencies({ readiness: { checks, latencies } }: { readiness: Readiness }) {
  const { locale } = useMessages()
  const overview = useOverviewMessages()
  const { title, hint, names, up, down } = overview.dependencies
  const id = useId()
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-md border border-line bg-surface p-4">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      <p className="text-sm text-muted">{hint}</p>
      <ul className="mt-3 divide-y divide-line">
        {NAMES.map((name) => {
          // Vectors are the database's: one call asks for both.
          const ms = name === 'vector' ? null : latencies?.[name]
          return (
            <li key={name} className="flex items-center gap-3 py-1.5">
              <span className="flex-1">{names[name]}</span>
              {typeof ms === 'number' && (
                <span className="text-sm text-muted">{formatDuration(ms, locale)}</span>
              )}
              <Status tone={checks[name] ? 'good' : 'bad'}>{checks[name] ? up : down}</Status>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
