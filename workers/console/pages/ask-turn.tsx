/** One question and its answer: text with numbered citations, its sources, or why there is none. */
import { FileText } from 'lucide-react'
import type { Answer, Citation } from '../../knowledge/schemas.ts'
import type { Turn } from '../lib/conversation.ts'
import { formatDollars, formatDuration } from '../lib/format.ts'
import { useMessages } from '../messages/locale.tsx'
import { CitedText } from '../ui/cited-text.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { SourceLink, SourceNumber } from '../ui/source-link.tsx'
import { Status } from '../ui/status.tsx'
import { AskRating } from './ask-rating.tsx'

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
      {answer && <AskRating answerId={answer.answerId} />}
    </article>
  )
}

function Sources({ citations }: { citations: readonly Citation[] }) {
  const { ask } = useMessages()
  return (
    <div className="mt-4">
      <h3 className="mb-1 text-xs font-medium text-muted">{ask.sources}</h3>
      <ol className="space-y-1">
        {citations.map((citation) => (
          <li key={citation.number}>
            <SourceLink
              citation={citation}
              className="flex items-start gap-2 rounded-sm border border-line bg-surface px-2.5 py-2 hover:border-accent/60"
            >
              <SourceNumber number={citation.number} />
              <span className="min-w-0 flex-1">
                <span className="flex min-w-0 items-center gap-1.5">
                  <FileText size={14} aria-hidden className="shrink-0 text-muted" />
                  <span className="truncate font-medium">{citation.title}</span>
                  <span className="shrink-0 text-muted">{ask.page(citation.page)}</span>
                </span>
                <q className="line-clamp-2 text-sm text-muted">{citation.quote}</q>
              </span>
            </SourceLink>
          </li>
        ))}
      </ol>
    </div>
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
