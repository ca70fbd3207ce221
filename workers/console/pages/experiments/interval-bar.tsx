/** An interval on a scale with no effect in the middle, drawn and said. */
import type { ExperimentComparison } from '../../../experiments/result-schemas.ts'
import { formatChange, placeOf, type Scale, spanOf } from '../../lib/intervals.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'

const FRAME = { width: 160, height: 16 }
const MIDDLE = FRAME.height / 2

const COLOURS: Readonly<Record<ExperimentComparison['verdict'], string>> = {
  better: 'fill-good stroke-good',
  worse: 'fill-bad stroke-bad',
  unclear: 'fill-muted stroke-muted',
  early: 'fill-muted stroke-muted',
  none: 'fill-muted stroke-muted',
}

interface IntervalBarProps {
  comparison: ExperimentComparison
  scale: Scale
}

export function IntervalBar({ comparison, scale }: IntervalBarProps) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const span = spanOf(comparison)
  if (!span) return null
  const isRelative = comparison.relative !== null
  const [low, high] = [span.low, span.high].map((end) => formatChange(end, isRelative, locale))
  const at = (value: number) => placeOf(value, scale, FRAME.width)
  const text = experiments.metric.intervalOf(comparison.variant, low ?? '', high ?? '')
  return (
    <>
      <svg
        role="img"
        aria-label={text}
        viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
        className="h-4 w-full"
      >
        <line x1={at(0)} x2={at(0)} y1={0} y2={FRAME.height} className="stroke-control" />
        <g className={COLOURS[comparison.verdict]}>
          <line x1={at(span.low)} x2={at(span.high)} y1={MIDDLE} y2={MIDDLE} strokeWidth={3} />
          <circle cx={at(span.value)} cy={MIDDLE} r={4} />
        </g>
      </svg>
      <span aria-hidden className="block text-xs whitespace-nowrap text-muted tabular-nums">
        {low} … {high}
      </span>
    </>
  )
}
