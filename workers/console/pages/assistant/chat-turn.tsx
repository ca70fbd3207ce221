/** One message and what came of it: words with their sources, tools as they ran, what it cost. */
import { useMutation } from '@tanstack/react-query'
import { type ChatTurn, citationsOf, isRunning, textOf, unconfirmedOf } from '../../lib/chat.ts'
import { formatDollars, formatDuration } from '../../lib/format.ts'
import { useServices } from '../../lib/services.tsx'
import { useMessages } from '../../messages/locale.tsx'
import { CallConsent } from '../../ui/call-consent.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Status } from '../../ui/status.tsx'
import { TurnParts } from '../../ui/turn-parts.tsx'
import { Rating } from './rating.tsx'
import { Sources } from './sources.tsx'

interface ChatTurnViewProps {
  turn: ChatTurn
  isLast: boolean
  /** Whether an answer of the conversation runs. */
  isBusy: boolean
  /** @param confirm Ids of the calls that may run now. */
  onSend: (message: string, confirm: string[]) => void
}

export default function ChatTurnView({ turn, isLast, isBusy, onSend }: ChatTurnViewProps) {
  const { message, parts, ending, error } = turn
  const isOpen = isRunning(turn)
  const citations = citationsOf(turn)
  const unconfirmed = isLast && !isBusy ? unconfirmedOf(turn) : []
  const retry = isBusy ? {} : { onRetry: () => onSend(message, []) }
  return (
    <article aria-busy={isOpen} className="max-w-[72ch] space-y-2">
      <h2 className="text-md font-semibold text-pretty break-words">{message}</h2>
      <TurnParts parts={parts} isRunning={isOpen} />
      <Course turn={turn} />
      {error && <ErrorNote error={error} {...retry} />}
      {unconfirmed.length > 0 && <CallConsent calls={unconfirmed} onSend={onSend} />}
      {citations.length > 0 && <Sources citations={citations} />}
      {ending && <Facts turn={turn} />}
      {isRateable(turn) && <ChatRating turn={turn} />}
    </article>
  )
}

const isRateable = ({ ending, messageId }: ChatTurn) =>
  ending !== null && messageId !== null && ending.status !== 'failed'

/** How far it is, or why it is not whole. */
function Course({ turn: { status, parts, ending } }: { turn: ChatTurn }) {
  const { ask } = useMessages()
  switch (status) {
    case 'running':
      return parts.length === 0 && <Status tone="busy">{ask.answering}</Status>
    case 'returning':
      return <Status tone="busy">{ask.returning}</Status>
    case 'stopped':
      return <p className="text-muted">{ask.stopped}</p>
    case 'done':
      return ending?.reason && <Status tone="warn">{ask.reasons[ending.reason]}</Status>
    case 'failed':
      return null
  }
}

function Facts({ turn }: { turn: ChatTurn }) {
  const { ask, locale } = useMessages()
  if (!turn.ending) return null
  const { usage, timings, model, cost_micro_dollars: cost, fallback_used: fellBack } = turn.ending
  const text = textOf(turn)
  const took = timings['total_ms']
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
      {text !== '' && <CopyButton text={text} label={ask.copyAnswer} />}
      {took !== undefined && <span>{formatDuration(took, locale)}</span>}
      {model !== null && <span>{model}</span>}
      <span>{ask.tokens(usage.input_tokens + usage.output_tokens)}</span>
      <span title={ask.cost}>{formatDollars(cost, locale)}</span>
      {fellBack && <span className="text-warn">{ask.fellBack}</span>}
    </div>
  )
}

function ChatRating({ turn }: { turn: ChatTurn }) {
  const { chat } = useServices()
  const sending = useMutation({
    mutationFn: ({ rating, reason }: { rating: number; reason: string }) =>
      chat.rate(turn, rating, reason),
  })
  return <Rating saved={turn.feedback} sending={sending} />
}
