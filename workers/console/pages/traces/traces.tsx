/** Kept traces: found by filters that live in the address, and one of them as a waterfall. */
import { useSearch } from '@tanstack/react-router'
import type { TraceFilter } from '../../../../sdk/traces.ts'
import { useDebounced } from '../../lib/hooks.ts'
import { useTraceMessages } from '../../messages/traces.ts'
import { Page } from '../../ui/page.tsx'
import { filterOf, useReach } from './trace-filter.ts'
import { TraceFilters } from './trace-filters.tsx'
import { TraceList } from './trace-list.tsx'
import { TraceView } from './trace-view.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 250

export function TracesPage() {
  const traces = useTraceMessages()
  const search = useSearch({ from: '/shell/traces' })
  const reach = useReach()
  // A text, for an object would be another one at every render.
  const settled: TraceFilter = JSON.parse(useDebounced(JSON.stringify(filterOf(search)), TYPING_MS))
  if (search.trace) return <TraceView traceId={search.trace} reach={reach} />
  return (
    <Page title={traces.title} subtitle={traces.subtitle}>
      <TraceFilters />
      <TraceList filter={settled} reach={reach} />
    </Page>
  )
}
