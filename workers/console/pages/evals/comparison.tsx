/** Two runs side by side: what changed, and whether it is more than luck. */
import type { EvalComparison } from '../../../evals/schemas.ts'
import { useEvalComparison } from '../../lib/eval-queries.ts'
import { formatDuration, formatScore } from '../../lib/format.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Status } from '../../ui/status.tsx'

const ROWS = ['ndcg', 'recall', 'citationPrecision', 'searchMs'] as const
type Row = (typeof ROWS)[number]

export function Comparison({ base, other }: { base: string; other: string }) {
  const { evals } = useLateMessages()
  const query = useEvalComparison(base, other)
  return (
    <section>
      <h2 className="mb-2 font-semibold">{evals.comparison}</h2>
      <Loaded query={query} rows={4}>
        {(compared) => <ComparisonTable compared={compared} />}
      </Loaded>
    </section>
  )
}

function ComparisonTable({ compared }: { compared: EvalComparison }) {
  const { evals } = useLateMessages()
  const rows = ROWS.filter((row) => compared[row] !== null)
  if (rows.length === 0) return <p className="text-muted">{evals.nothing}</p>
  return (
    <>
      <p className="mb-2 text-sm text-muted">
        {evals.comparedCases(compared.ndcg?.cases ?? compared.searchMs?.cases ?? 0)}
      </p>
      <DataTable
        label={evals.comparison}
        columns={[
          { key: 'metric', title: evals.metrics.ndcg, isSilent: true },
          { key: 'from', title: evals.from, className: 'w-20 text-right!' },
          { key: 'to', title: evals.to, className: 'w-20 text-right!' },
          { key: 'difference', title: evals.difference, className: 'w-24 text-right!' },
          { key: 'interval', title: evals.interval, className: `w-40 text-right! ${wide}` },
          { key: 'wins', title: evals.wins, className: `w-32 text-right! ${wide}` },
        ]}
      >
        {rows.map((row) => (
          <DifferenceRow key={row} row={row} found={compared[row]} />
        ))}
      </DataTable>
    </>
  )
}

function DifferenceRow({ row, found }: { row: Row; found: EvalComparison[Row] }) {
  const { evals } = useLateMessages()
  const { locale } = useMessages()
  if (!found) return null
  const { base, other, mean, low, high, wins, losses } = found
  const isTime = row === 'searchMs'
  const format = (value: number) =>
    isTime ? formatDuration(value, locale) : formatScore(value, locale)
  const isSure = low > 0 || high < 0
  // Less time is better, less of everything else is worse.
  const isBetter = isTime ? mean < 0 : mean > 0
  const verdict = isSure ? (isBetter ? 'better' : 'worse') : 'even'
  const tone = isSure ? (isBetter ? 'good' : 'bad') : 'idle'
  return (
    <tr className="h-9">
      <th scope="row" className={`${cell} text-left font-normal`}>
        {evals.metrics[row]} <Status tone={tone}>{evals.verdicts[verdict]}</Status>
      </th>
      <td className={`${cell} text-right tabular-nums`}>{format(base)}</td>
      <td className={`${cell} text-right tabular-nums`}>{format(other)}</td>
      <td className={`${cell} text-right tabular-nums`}>{format(mean)}</td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>
        {format(low)} … {format(high)}
      </td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>
        {isTime ? `${losses} / ${wins}` : `${wins} / ${losses}`}
      </td>
    </tr>
  )
}
