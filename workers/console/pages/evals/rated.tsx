/** Answers that were rated, narrowed by rating and reason; each can become a case of a set. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { MessageSquareOff } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Feedback } from '../../../knowledge/feedback-schemas.ts'
import { useDebounced, usePermission } from '../../lib/hooks.ts'
import { useRated } from '../../lib/rated-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { cell, DataTable, Filter, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { When } from '../../ui/when.tsx'

const SaveRated = lazy(() => import('./save-rated.tsx'))

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 300

/** What ratings are listed: the address names one of these. */
const RANGES = ['low', 'middle', 'high'] as const
const RATINGS = { low: { most: 2 }, middle: { least: 3, most: 3 }, high: { least: 4 } } as const

export default function RatedAnswers() {
  const { rated: words } = useLateMessages()
  const { range, reason } = useSearch({ from: '/shell/evals' })
  const chosen = RANGES.find((each) => each === range)
  const query = useRated({
    ...(chosen && RATINGS[chosen]),
    reason: useDebounced(reason, TYPING_MS),
  })
  const [kept, setKept] = useState<Feedback | null>(null)
  const back = (
    <Link to="/evals" className={buttonClass()}>
      {words.back}
    </Link>
  )
  return (
    <Page title={words.title} subtitle={words.subtitle} action={back}>
      <Filters />
      <Loaded query={query} rows={6}>
        {({ pages }) => <RatedTable shown={pages.flatMap(({ items }) => items)} onKeep={setKept} />}
      </Loaded>
      <LoadMore query={query} />
      {kept && (
        <Suspense>
          <SaveRated answer={kept} onClose={() => setKept(null)} />
        </Suspense>
      )}
    </Page>
  )
}

function Filters() {
  const { rated: words } = useLateMessages()
  const { range = '', reason = '' } = useSearch({ from: '/shell/evals' })
  const navigate = useNavigate({ from: '/evals' })
  const narrow = (name: 'range' | 'reason', value: string) =>
    void navigate({
      search: ({ [name]: _old, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }),
      replace: true,
    })
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      <select
        aria-label={words.rating}
        value={range}
        onChange={(event) => narrow('range', event.target.value)}
        className="h-8 rounded-sm border border-control/60 bg-surface px-2"
      >
        <option value="">{words.anyRating}</option>
        {RANGES.map((name) => (
          <option key={name} value={name}>
            {words.ranges[name]}
          </option>
        ))}
      </select>
      <Filter label={words.reason} value={reason} onChange={(value) => narrow('reason', value)} />
    </div>
  )
}

interface RatedTableProps {
  shown: readonly Feedback[]
  onKeep: (answer: Feedback) => void
}

function RatedTable({ shown, onKeep }: RatedTableProps) {
  const { rated: words } = useLateMessages()
  const { columns } = words
  if (shown.length === 0) {
    return <Empty icon={<MessageSquareOff size={32} />} title={words.nothing} />
  }
  return (
    <DataTable
      label={words.table}
      columns={[
        { key: 'rating', title: columns.rating, className: 'w-20' },
        { key: 'question', title: columns.question },
        { key: 'when', title: columns.when, className: `w-36 text-right! ${wide}` },
        { key: 'act', title: words.keep, className: 'w-32', isSilent: true },
      ]}
    >
      {shown.map((answer) => (
        <RatedRow key={answer.answerId} answer={answer} onKeep={() => onKeep(answer)} />
      ))}
    </DataTable>
  )
}

function RatedRow({ answer, onKeep }: { answer: Feedback; onKeep: () => void }) {
  const { rated: words } = useLateMessages()
  const mayWrite = usePermission('kb.write')
  const { rating, question, reason, abstained, chunks, ratedAt } = answer
  const cited = new Set(chunks.filter((chunk) => chunk.cited).map(({ documentId }) => documentId))
  return (
    <tr className="hover:bg-raised/50">
      <td className={`${cell} tabular-nums`}>
        <Status tone={rating >= 4 ? 'good' : rating >= 3 ? 'warn' : 'bad'}>{rating}</Status>
      </td>
      <td className={cell}>
        <span className="block break-words">{question}</span>
        {reason && <q className="block text-sm break-words text-muted">{reason}</q>}
        <span className="block text-sm text-muted">
          {abstained ? words.abstained : words.cited(cited.size)}
        </span>
      </td>
      <td className={`${cell} text-right text-muted ${wide}`}>
        <When iso={ratedAt} />
      </td>
      <td className={`${cell} px-1! text-right`}>
        {mayWrite && (
          <Button onClick={onKeep} aria-label={words.keepOf(question)}>
            {words.keep}
          </Button>
        )}
      </td>
    </tr>
  )
}
