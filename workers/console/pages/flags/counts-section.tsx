/** How often the flag was evaluated, by variant over time: a chart, and the same as a table. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { barOf, roundUp } from '../../lib/chart.ts'
import { type Counted, countedOf, PERIODS, periodOf } from '../../lib/flag-counts.ts'
import { useCounts } from '../../lib/flag-editor-queries.ts'
import { formatMoment } from '../../lib/format.ts'
import { useMessages } from '../../messages/locale.tsx'
import { cell, DataTable } from '../../ui/data-table.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import type { PartProps } from './rollout-section.tsx'

const FRAME = { width: 600, height: 140 }

/** The busiest variants have a colour of their own; the others share the last. */
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

export function CountsSection({ flag, environment }: PartProps) {
  const { counts } = useMessages().flagTools
  const navigate = useNavigate({ from: '/flags' })
  const period = periodOf(useSearch({ from: '/shell/flags' }).period)
  return (
    <Section title={counts.title} hint={counts.hint}>
      <SelectField
        label={counts.period}
        value={period}
        options={(['24h', '7d', '30d'] as const).map((value) => ({
          value,
          name: counts.periods[value],
        }))}
        onChange={({ target: { value } }) =>
          void navigate({ search: (last) => ({ ...last, period: value }), replace: true })
        }
      />
      <Loaded query={useCounts(flag.name, environment, period)} rows={4}>
        {(analytics) => {
          const counted = countedOf(analytics)
          if (counted.total === 0) return <p className="text-muted">{counts.none}</p>
          return <Shown counted={counted} isDaily={PERIODS[period].granularity === 'day'} />
        }}
      </Loaded>
    </Section>
  )
}

function Shown({ counted, isDaily }: { counted: Counted; isDaily: boolean }) {
  const { flagTools, locale } = useMessages()
  const { counts } = flagTools
  const { variants, total, errors } = counted
  const number = new Intl.NumberFormat(locale)
  const nameOf = (variant: string) => (variant === '' ? counts.byDefault : variant)
  return (
    <>
      <Bars
        counted={counted}
        summary={counts.summary(number.format(total), number.format(errors))}
      />
      <ul className="flex flex-wrap gap-x-4 text-xs text-muted">
        {variants.map(({ name }, index) => (
          <li key={name} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-full ${DOTS[colourOf(index)]}`} />{' '}
            {nameOf(name)}
          </li>
        ))}
      </ul>
      <p className="text-sm text-muted">
        {counts.summary(number.format(total), number.format(errors))}
      </p>
      <details>
        <summary className="cursor-pointer text-accent">{counts.table}</summary>
        <div
          className="mt-2 max-h-80 overflow-auto"
          tabIndex={0}
          role="group"
          aria-label={counts.table}
        >
          <Table counted={counted} nameOf={nameOf} isDaily={isDaily} />
        </div>
      </details>
    </>
  )
}

function Bars({ counted, summary }: { counted: Counted; summary: string }) {
  const { locale } = useMessages()
  const { times, columns } = counted
  const max = roundUp(Math.max(...columns.map((column) => sumOf(column, column.length))))
  const ends = [times.at(0), times.at(-1)].map((at) => at && formatMoment(at, locale))
  return (
    <div>
      <p className="text-xs text-muted">{new Intl.NumberFormat(locale).format(max)}</p>
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
        {ends.map((end) => (
          <span key={end}>{end}</span>
        ))}
      </p>
    </div>
  )
}

/** Of the first `parts`. */
const sumOf = (column: readonly number[], parts: number) =>
  column.slice(0, parts).reduce((sum, value) => sum + value, 0)

interface TableProps {
  counted: Counted
  nameOf: (variant: string) => string
  isDaily: boolean
}

/** Times at which somebody asked, the newest first. */
function Table({ counted: { times, variants, columns }, nameOf, isDaily }: TableProps) {
  const { flagTools, locale } = useMessages()
  const { counts } = flagTools
  const rows = times
    .map((at, index) => ({ at, values: columns[index] ?? [] }))
    .filter(({ values }) => values.some((value) => value > 0))
    .toReversed()
  const number = new Intl.NumberFormat(locale)
  return (
    <DataTable
      label={counts.table}
      columns={[
        { key: 'at', title: isDaily ? counts.day : counts.hour },
        ...variants.map(({ name }) => ({
          key: name,
          title: nameOf(name),
          className: 'text-right',
        })),
      ]}
    >
      {rows.map(({ at, values }) => (
        <tr key={at}>
          <td className={cell}>{formatMoment(at, locale)}</td>
          {variants.map(({ name }, index) => (
            <td key={name} className={`${cell} text-right tabular-nums`}>
              {number.format(values[index] ?? 0)}
            </td>
          ))}
        </tr>
      ))}
    </DataTable>
  )
}
