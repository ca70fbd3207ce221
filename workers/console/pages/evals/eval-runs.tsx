/** Runs of a set, newest first; two that are done can be picked to be compared. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { CircleStop } from 'lucide-react'
import { isOver } from '../../../../sdk/evals.ts'
import type { EvalRun } from '../../../evals/schemas.ts'
import { useEvalActions, useEvalRuns } from '../../lib/eval-queries.ts'
import { formatDollars, formatDuration, formatScore } from '../../lib/format.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { IconButton } from '../../ui/button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Status, type Tone } from '../../ui/status.tsx'
import { When } from '../../ui/when.tsx'

const TONES: Record<EvalRun['status'], Tone> = {
  queued: 'idle',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
}

export function EvalRuns({ setId }: { setId: string }) {
  const { evals } = useLateMessages()
  const { metrics } = evals
  const query = useEvalRuns(setId)
  return (
    <section>
      <h2 className="font-semibold">{evals.runs}</h2>
      <p className="mb-2 text-sm text-muted">{evals.runsHint}</p>
      <Loaded query={query} rows={2}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length === 0) return <p className="text-muted">{evals.noRuns}</p>
          return (
            <DataTable
              label={evals.runTable}
              columns={[
                { key: 'pick', title: `${evals.from} / ${evals.to}`, className: 'w-24' },
                { key: 'run', title: evals.run },
                { key: 'ndcg', title: metrics.ndcg, className: 'w-24 text-right!' },
                { key: 'recall', title: metrics.recall, className: `w-24 text-right! ${wide}` },
                { key: 'search', title: metrics.searchMs, className: `w-24 text-right! ${wide}` },
                { key: 'cost', title: metrics.cost, className: `w-24 text-right! ${wide}` },
              ]}
            >
              {shown.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </DataTable>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
    </section>
  )
}

function RunRow({ run }: { run: EvalRun }) {
  const { locale } = useMessages()
  const { summary, costMicroDollars } = run
  return (
    <tr className="align-top hover:bg-raised/50">
      <td className={cell}>{run.status === 'done' && <Picks run={run} />}</td>
      <td className={cell}>
        <RunFacts run={run} />
      </td>
      <td className={`${cell} text-right tabular-nums`}>{formatScore(summary?.ndcg, locale)}</td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>
        {formatScore(summary?.recall, locale)}
      </td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>
        {summary?.searchMs ? formatDuration(summary.searchMs.p50, locale) : '–'}
      </td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>
        {formatDollars(costMicroDollars, locale)}
      </td>
    </tr>
  )
}

/** Name, state, and how far it is or why it ended. */
function RunFacts({ run }: { run: EvalRun }) {
  const { evals } = useLateMessages()
  const mayWrite = usePermission('kb.write')
  const { cancel } = useEvalActions()
  const { label, status, profile, casesDone, casesTotal, error, createdAt } = run
  const hasChanged = run.kbVersionEnd !== null && run.kbVersionEnd !== run.kbVersion
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3">
        <span className="font-medium break-words">{label || evals.arms[profile.arm]}</span>
        <Status tone={TONES[status]}>{evals.status[status]}</Status>
        <span className="text-sm text-muted">
          <When iso={createdAt} />
        </span>
      </div>
      <p className="text-sm text-muted">
        {evals.arms[profile.arm]} · {evals.strategies[profile.strategy]} ·{' '}
        {evals.progress(casesDone, casesTotal)}
      </p>
      {error && <p className="text-sm break-words text-bad">{error.message}</p>}
      {hasChanged && <p className="text-sm text-warn">{evals.changed}</p>}
      {!isOver(run) && (
        <div className="flex items-center gap-2">
          <Progress value={casesDone / casesTotal} label={evals.progressLabel} />
          {mayWrite && (
            <IconButton label={evals.cancel} onClick={() => void cancel(run)}>
              <CircleStop size={16} />
            </IconButton>
          )}
        </div>
      )}
    </>
  )
}

/** Which run is the one before and which the one after. */
function Picks({ run: { id, label, createdAt } }: { run: EvalRun }) {
  const { evals } = useLateMessages()
  const search = useSearch({ from: '/shell/evals' })
  const navigate = useNavigate({ from: '/evals' })
  const name = label || createdAt
  const pick = (side: 'base' | 'other') =>
    void navigate({ search: (held) => ({ ...held, [side]: id }), replace: true })
  return (
    <span className="flex items-center gap-3 pt-1">
      {(['base', 'other'] as const).map((side) => (
        <input
          key={side}
          type="radio"
          name={side}
          aria-label={evals[side](name)}
          checked={search[side] === id}
          onChange={() => pick(side)}
          className="size-6 accent-accent"
        />
      ))}
    </span>
  )
}
