/** Requests as bars and latency as lines, on one axis of time; changes are marked in both. */
import { type ReactNode, useId } from 'react'
import type { AuditRecord } from '../../../audit/schemas.ts'
import type { Overview } from '../../../ops/schemas.ts'
import { barOf, linePath, roundUp, xOf } from '../../lib/chart.ts'
import { formatDuration, formatMoment } from '../../lib/format.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useOverviewMessages } from '../../messages/overview.ts'

const FRAME = { width: 600, height: 160 }

interface ChartProps {
  overview: Overview
  changes: readonly AuditRecord[]
}

export function TrafficChart({ overview: { points, total, stepSeconds }, changes }: ChartProps) {
  const { locale } = useMessages()
  const overview = useOverviewMessages()
  const max = roundUp(Math.max(...points.map(({ requests }) => requests)))
  const layers = points.map(({ at, requests, refused, failed }, index) => {
    const place = { index, count: points.length }
    const bad = barOf(place, { below: 0, value: failed }, max, FRAME)
    const warn = barOf(place, { below: failed, value: refused }, max, FRAME)
    const answered = requests - refused - failed
    const good = barOf(place, { below: failed + refused, value: answered }, max, FRAME)
    return { at, bars: [bad, warn, good] }
  })
  return (
    <Figure
      title={overview.traffic.title}
      hint={overview.traffic.hint}
      summary={overview.traffic.summary(total.requests, total.failed)}
      max={new Intl.NumberFormat(locale).format(max)}
      points={points}
      legend={[
        ['bg-accent', overview.traffic.answered],
        ['bg-warn', overview.refused],
        ['bg-bad', overview.failed],
      ]}
    >
      {layers.map(({ at, bars }) =>
        bars.map(
          (bar, layer) =>
            bar && <rect key={`${at} ${LAYERS[layer]}`} {...bar} className={LAYERS[layer]} />,
        ),
      )}
      <Marks changes={changes} points={points} stepSeconds={stepSeconds} />
    </Figure>
  )
}

const LAYERS = ['fill-bad', 'fill-warn', 'fill-accent'] as const

export function LatencyChart({ overview: { points, total, stepSeconds }, changes }: ChartProps) {
  const { locale } = useMessages()
  const overview = useOverviewMessages()
  const { latency } = overview
  const max = roundUp(Math.max(...points.map(({ p95Ms }) => p95Ms ?? 0)))
  const line = 'fill-none [stroke-linecap:round] [stroke-linejoin:round]'
  return (
    <Figure
      title={latency.title}
      hint={latency.hint}
      summary={
        total.p95Ms === null ? latency.none : latency.summary(formatDuration(total.p95Ms, locale))
      }
      max={formatDuration(max, locale)}
      points={points}
      legend={[
        ['bg-accent', latency.median],
        ['bg-warn', latency.p95],
      ]}
    >
      {(['p50Ms', 'p95Ms'] as const).map((quantile) => (
        <path
          key={quantile}
          d={linePath(
            points.map((point) => point[quantile]),
            max,
            FRAME,
          )}
          vectorEffect="non-scaling-stroke"
          strokeWidth={2}
          className={`${line} ${quantile === 'p50Ms' ? 'stroke-accent' : 'stroke-warn'}`}
        />
      ))}
      <Marks changes={changes} points={points} stepSeconds={stepSeconds} />
    </Figure>
  )
}

interface FigureProps extends Pick<Overview, 'points'> {
  title: string
  hint: string
  /** What the picture says, for who does not see it. */
  summary: string
  /** What the upper end of the axis stands for. */
  max: string
  legend: readonly (readonly [colour: string, name: string])[]
  children: ReactNode
}

function Figure({ title, hint, summary, max, points, legend, children }: FigureProps) {
  const { locale } = useMessages()
  const id = useId()
  const ends = [points.at(0), points.at(-1)].map((point) => point && formatMoment(point.at, locale))
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-md border border-line bg-surface p-4">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      <p className="text-sm text-muted">{hint}</p>
      <p className="mt-3 text-xs text-muted">{max}</p>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
        preserveAspectRatio="none"
        className="h-40 w-full overflow-visible border-y border-line"
      >
        {children}
      </svg>
      <p aria-hidden className="mt-1 flex justify-between text-xs text-muted">
        {ends.map((end) => (
          <span key={end}>{end}</span>
        ))}
      </p>
      <ul className="mt-2 flex flex-wrap gap-x-4 text-xs text-muted">
        {legend.map(([colour, name]) => (
          <li key={name} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-full ${colour}`} /> {name}
          </li>
        ))}
      </ul>
    </section>
  )
}

interface MarksProps extends Pick<Overview, 'points' | 'stepSeconds'> {
  changes: readonly AuditRecord[]
}

/** A line for each change that falls into the period; pointed at, it says what it was. */
function Marks({ changes, points, stepSeconds }: MarksProps) {
  const begin = Date.parse(points[0]?.at ?? '')
  return changes.map(({ seq, at, entry }) => {
    const step = (Date.parse(at) - begin) / 1000 / stepSeconds
    if (!(step >= 0 && step <= points.length)) return null
    const x = xOf(step - 0.5, points.length, FRAME)
    return (
      <line
        key={seq}
        x1={x}
        x2={x}
        y1={0}
        y2={FRAME.height}
        vectorEffect="non-scaling-stroke"
        strokeDasharray="3 3"
        className="stroke-ink"
      >
        <title>{`${entry.event} ${entry.resource?.id ?? ''}`}</title>
      </line>
    )
  })
}
