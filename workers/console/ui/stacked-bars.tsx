/** Columns over time with a part per variant, their legend, and the same as a table. */
import { barOf, roundUp } from '../lib/chart.ts'
import { formatMoment } from '../lib/format.ts'
import { useMessages } from '../messages/locale.tsx'
import { cell, DataTable } from './data-table.tsx'

/** Columns of a chart. */
export interface Stacks {
  /** The start of each column, RFC 3339. */
  readonly times: readonly string[]
  /** The first have colours of their own, the others share the last. */
  readonly names: readonly string[]
  /** By time, then in the order of `names`. */
  readonly columns: readonly (readonly number[])[]
}

interface StackedBarsProps {
  stacks: Stacks
  /** What the chart says, for whoever does not see it. */
  summary: string
  /** What opens the table, and names it. */
  table: string
  /** Title of the table's first column. */
  step: string
  /** How values are written; as plain numbers unless said otherwise. */
  format?: (value: number) => string
  /** How the start of a column is written; as a moment in the reader's zone unless said otherwise. */
  formatStep?: (iso: string) => string
}

const FRAME = { width: 600, height: 140 }
const COLOURS = ['accent', 'warn', 'good', 'bad', 'control'] as const
const FILLS = {
  accent: 'fill-accent',
  warn: 'fill-warn',
  good: 'fill-good',
  bad: 'fill-bad',
  control: 'fill-control',
}
const DOTS = {
  accent: 'bg-accent',
  warn: 'bg-warn',
  good: 'bg-good',
  bad: 'bg-bad',
  control: 'bg-control',
}
const colourOf = (index: number) => COLOURS[Math.min(index, COLOURS.length - 1)] ?? 'control'

export function StackedBars(props: StackedBarsProps) {
  const { locale } = useMessages()
  const number = new Intl.NumberFormat(locale)
  const { format = (value: number) => number.format(value) } = props
  const { formatStep = (iso: string) => formatMoment(iso, locale) } = props
  const { stacks, summary, table, step } = props
  const formats = { format, formatStep }
  return (
    <>
      <Bars stacks={stacks} summary={summary} {...formats} />
      <ul className="flex flex-wrap gap-x-4 text-xs text-muted">
        {stacks.names.map((name, index) => (
          <li key={name} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-full ${DOTS[colourOf(index)]}`} /> {name}
          </li>
        ))}
      </ul>
      <p className="text-sm text-muted">{summary}</p>
      <details>
        <summary className="cursor-pointer text-accent">{table}</summary>
        <div className="mt-2 max-h-80 overflow-auto" tabIndex={0} role="group" aria-label={table}>
          <Table stacks={stacks} table={table} step={step} {...formats} />
        </div>
      </details>
    </>
  )
}

function Bars({
  stacks: { times, columns },
  summary,
  format,
  formatStep,
}: Required<Pick<StackedBarsProps, 'stacks' | 'summary' | 'format' | 'formatStep'>>) {
  const max = roundUp(Math.max(...columns.map((column) => sumOf(column, column.length))))
  const ends = [times.at(0), times.at(-1)].map((at) => at && formatStep(at))
  return (
    <div>
      <p className="text-xs text-muted">{format(max)}</p>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
        preserveAspectRatio="none"
        className="h-36 w-full overflow-visible border-y border-line"
      >
        {columns.map((column, index) =>
          column.map((value, part) => {
            const place = { index, count: columns.length }
            const bar = barOf(place, { below: sumOf(column, part), value }, max, FRAME)
            const key = `${times[index]} ${part}`
            return bar && <rect key={key} {...bar} className={FILLS[colourOf(part)]} />
          }),
        )}
      </svg>
      <p aria-hidden className="mt-1 flex justify-between text-xs text-muted">
        {ends.map((end, index) => (
          <span key={`${index} ${end}`}>{end}</span>
        ))}
      </p>
    </div>
  )
}

/** Of the first `parts`. */
const sumOf = (column: readonly number[], parts: number) =>
  column.slice(0, parts).reduce((sum, value) => sum + value, 0)

/** Times with anything, the newest first. */
function Table({
  stacks: { times, names, columns },
  table,
  step,
  format,
  formatStep,
}: Required<Omit<StackedBarsProps, 'summary'>>) {
  const rows = times
    .map((at, index) => ({ at, values: columns[index] ?? [] }))
    .filter(({ values }) => values.some((value) => value > 0))
    .toReversed()
  return (
    <DataTable
      label={table}
      columns={[
        { key: 'at', title: step },
        ...names.map((name) => ({ key: name, title: name, className: 'text-right' })),
      ]}
    >
      {rows.map(({ at, values }) => (
        <tr key={at}>
          <td className={cell}>{formatStep(at)}</td>
          {names.map((name, index) => (
            <td key={name} className={`${cell} text-right tabular-nums`}>
              {format(values[index] ?? 0)}
            </td>
          ))}
        </tr>
      ))}
    </DataTable>
  )
}
