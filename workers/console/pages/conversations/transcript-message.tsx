/** One message of a transcript: who said it, its tool calls, its cost, and the way to its trace. */
import { Link } from '@tanstack/react-router'
import type { Message } from '../../../assistant/schemas.ts'
import { formatDollars, formatDuration } from '../../lib/format.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Status } from '../../ui/status.tsx'
import { TurnParts } from '../../ui/turn-parts.tsx'
import { Moment } from '../../ui/when.tsx'

export function TranscriptMessage({ message }: { message: Message }) {
  const { conversations } = useLateMessages()
  const { role, status, content, parts, created_at: at } = message
  const isAnswer = role === 'assistant'
  return (
    <li className="max-w-[72ch] space-y-2">
      <p className="flex flex-wrap items-center gap-3 text-sm text-muted">
        <span className="font-medium text-ink">
          {isAnswer ? conversations.assistantSaid : conversations.user}
        </span>
        <Moment iso={at} />
        {status !== 'complete' && (
          <Status tone={status === 'running' ? 'busy' : 'warn'}>
            {conversations.statuses[status]}
          </Status>
        )}
      </p>
      <TurnParts parts={isAnswer ? parts : [{ type: 'text', text: content }]} isRunning={false} />
      {content === '' && <p className="text-muted">{conversations.nothingSaid}</p>}
      {isAnswer && <Facts message={message} />}
    </li>
  )
}

function Facts({ message }: { message: Message }) {
  const { conversations } = useLateMessages()
  const { ask, locale, rating } = useMessages()
  const [readsAudit, runsPlatform] = [usePermission('audit.read'), usePermission('admin.platform')]
  const { model, usage, timings, cost_micro_dollars: cost, trace_id: trace } = message
  const { fallback_used: fellBack, feedback } = message
  const took = timings['total_ms']
  return (
    <p className="flex flex-wrap gap-3 text-xs text-muted">
      {model !== null && <span>{model}</span>}
      {took !== undefined && <span>{formatDuration(took, locale)}</span>}
      <span>{conversations.tokens(usage.input_tokens + usage.output_tokens)}</span>
      <span title={conversations.columns.cost}>{formatDollars(cost, locale)}</span>
      {fellBack && <span className="text-warn">{ask.fellBack}</span>}
      {feedback && <span title={feedback.reason}>{rating.saved(feedback.rating)}</span>}
      {trace !== null && (readsAudit || runsPlatform) && (
        <Link to="/traces" search={{ trace }} className="text-accent hover:underline">
          {conversations.trace}
        </Link>
      )}
    </p>
  )
}
