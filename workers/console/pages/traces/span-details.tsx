/** Everything one span says. */
import type { TraceSpan } from '../../../traces/schemas.ts'
import { formatDuration } from '../../lib/format.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useTraceMessages } from '../../messages/traces.ts'
import { Modal } from '../../ui/modal.tsx'

export function SpanDetails({ span, onClose }: { span: TraceSpan; onClose: () => void }) {
  const { common, locale } = useMessages()
  const traces = useTraceMessages()
  const { name, service, kind, status, startedAt, durationMs, requestId, tenantId, links } = span
  const facts = [
    [traces.columns.status, traces.outcomes[status]],
    [traces.step.service, service],
    [traces.kind, traces.kinds[kind]],
    [traces.started, startedAt],
    [traces.step.duration, formatDuration(durationMs, locale)],
    [common.requestId, requestId],
    [traces.tenant, tenantId],
    ...Object.entries(span.attributes).map(([key, value]) => [key, String(value)] as const),
    [traces.links, links.map(({ traceId, spanId }) => `${traceId} ${spanId}`).join(', ')],
  ] as const
  return (
    <Modal title={name} isWide onClose={onClose}>
      <dl className="grid grid-cols-[12rem_1fr] gap-x-3 gap-y-1.5 max-sm:grid-cols-1">
        {facts.map(
          ([key, value]) =>
            value && (
              <div key={key} className="contents">
                <dt className="text-sm break-all text-muted">{key}</dt>
                <dd className="font-mono text-sm break-all">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </Modal>
  )
}
