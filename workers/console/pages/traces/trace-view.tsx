/** One trace: its steps as a waterfall, and all that one of them says. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { TraceReach } from '../../../../sdk/traces.ts'
import type { Trace, TraceSpan } from '../../../traces/schemas.ts'
import { formatDuration } from '../../lib/format.ts'
import { useTrace } from '../../lib/trace-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useTraceMessages } from '../../messages/traces.ts'
import { buttonClass } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { SpanDetails } from './span-details.tsx'
import { Waterfall } from './waterfall.tsx'

export function TraceView({ traceId, reach }: { traceId: string; reach: TraceReach }) {
  const traces = useTraceMessages()
  const query = useTrace(traceId, reach)
  const back = (
    <Link
      to="/traces"
      search={({ trace: _old, ...search }) => search}
      className={`${buttonClass()} shrink-0`}
    >
      {traces.back}
    </Link>
  )
  return (
    <Page title={traces.trace} subtitle={traces.keys} action={back}>
      <p className="mb-4 flex min-w-0 items-center gap-1 text-sm">
        <code className="min-w-0 truncate font-mono">{traceId}</code>
        <CopyButton text={traceId} label={traces.copyId} />
      </p>
      <Loaded query={query} rows={10}>
        {(trace) => <Steps trace={trace} />}
      </Loaded>
    </Page>
  )
}

function Steps({ trace }: { trace: Trace }) {
  const { locale } = useMessages()
  const traces = useTraceMessages()
  const [open, setOpen] = useState<TraceSpan | null>(null)
  const services = new Set(trace.spans.map(({ service }) => service)).size
  const time = formatDuration(trace.durationMs, locale)
  return (
    <>
      <p className="mb-3 text-muted">
        {traces.summary(trace.spans.length, services, time)}
        {trace.isCut && ` ${traces.cut}`}
      </p>
      <Waterfall trace={trace} onOpen={setOpen} />
      {open && <SpanDetails span={open} onClose={() => setOpen(null)} />}
    </>
  )
}
