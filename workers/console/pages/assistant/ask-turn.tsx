/** One question and its answer: text with numbered citations, its sources, or why there is none. */
import type { Answer } from '../../../knowledge/schemas.ts'
import type { Turn } from '../../lib/conversation.ts'
import { formatDollars, formatDuration } from '../../lib/format.ts'
import { useRating } from '../../lib/rating-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { CitedText } from '../../ui/cited-text.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Status } from '../../ui/status.tsx'
import { Rating } from './rating.tsx'
import { Sources } from './sources.tsx'

export function AskTurn({ turn, onRetry }: { turn: Turn; onRetry: () => void }) {
  const { ask } = useMessages()
  const { status, answer, citations } = turn
  return (
    <article aria-busy={status === 'waiting' || status === 'writing'} className="max-w-[72ch]">
      <h2 className="mb-2 text-md font-semibold text-pretty break-words">{turn.question}</h2>
      {status === 'waiting' && <Status tone="busy">{ask.thinking}</Status>}
      {answer?.abstained ? (
        <div className="space-y-1">
          <Status tone="warn">{ask.abstained}</Status>
          <p className="text-muted">{ask.abstainedHint}</p>
        </div>
      ) : (
        turn.text !== '' && (
          <CitedText text={turn.text} citations={citations} isGrowing={status === 'writing'} />
        )
      )}
      {status === 'stopped' && <p className="mt-2 text-muted">{ask.stopped}</p>}
      {turn.error && <ErrorNote error={turn.error} onRetry={onRetry} />}
      {citations.length > 0 && <Sources citations={citations} />}
      {answer && <Facts turn={turn} />}
      {answer && <AnswerRating answerId={answer.answerId} />}
    </article>
  )
}

const totalMs = (timings: Record<string, number>) =>
  timings.totalMs ?? Object.values(timings).reduce((sum, ms) => sum + ms, 0)

/** How long it took; opened, what each stage took. */
function Stages({ timings }: { timings: Answer['timings'] }) {
  const { ask, locale } = useMessages()
  const names = new Map(Object.entries(ask.stages))
  const stages = Object.entries(timings).filter(([name]) => name !== 'totalMs')
  return (
    <details>
      <summary className="cursor-pointer" title={ask.stagesTitle}>
        {formatDuration(totalMs(timings), locale)}
      </summary>
      <ul aria-label={ask.stagesTitle} className="mt-1 tabular-nums">
        {stages.map(([name, ms]) => (
          <li key={name}>{`${names.get(name) ?? name} ${formatDuration(ms, locale)}`}</li>
        ))}
      </ul>
    </details>
  )
}

function Facts({ turn: { answer, text } }: { turn: Turn }) {
  const { ask, locale } = useMessages()
  if (!answer) return null
  const { usage, timings, withheld } = answer
  const { inputTokens, outputTokens } = usage
  return (
    <div className="mt-3 flex flex-wrap items-start gap-x-3 gap-y-1 text-xs text-muted">
      {!answer.abstained && <CopyButton text={text} label={ask.copyAnswer} />}
      <Stages timings={timings} />
      <span>{answer.cached ? ask.cached : ask.tokens(inputTokens + outputTokens)}</span>
      {!answer.cached && (
        <span title={ask.cost}>{formatDollars(answer.costMicroDollars, locale)}</span>
      )}
      {withheld > 0 && <span className="text-warn">{ask.withheld(withheld)}</span>}
    </div>
  )
}

function AnswerRating({ answerId }: { answerId: string }) {
  const { saved, sending } = useRating(answerId)
  return <Rating saved={saved ?? null} sending={sending} />
}
