/** One metric: each variant's mean, its change against control, and how far that may be off. */
import type {
  ExperimentComparison,
  ExperimentMetricResult,
  ExperimentResults,
} from '../../../experiments/result-schemas.ts'
import {
  formatChange,
  formatMean,
  formatP,
  formatShare,
  scaleOf,
  spanOf,
} from '../../lib/intervals.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { Section } from '../../ui/section.tsx'
import { Status, type Tone } from '../../ui/status.tsx'
import { IntervalBar } from './interval-bar.tsx'

interface MetricSectionProps {
  metric: ExperimentMetricResult
  results: ExperimentResults
}

const GUARD_TONES = { holds: 'good', breached: 'bad', unknown: 'idle' } as const

export function MetricSection({ metric, results: { control, method } }: MetricSectionProps) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const { metric: words } = experiments
  const { name, kind, direction, role, guardrail, comparisons, arms } = metric
  const look = role === 'guardrail' ? 'sequential' : method
  const hint = [
    words.roles[role],
    words.kinds[kind],
    words.directions[direction],
    words.methods[look],
  ]
  const base = arms.find(({ variant }) => variant === control)
  return (
    <Section title={name} hint={`${hint.join(', ')}.`}>
      {guardrail && <Status tone={GUARD_TONES[guardrail]}>{words.guardrails[guardrail]}</Status>}
      {comparisons.every(({ state }) => state === 'tooFew') ? (
        <p className="text-muted">{experiments.tooFew}</p>
      ) : (
        <DataTable label={words.table(name)} columns={columnsOf(words.columns)}>
          {base && (
            <tr>
              <td className={`${cell} break-words`}>
                {control} <span className="text-muted">({experiments.units.control})</span>
                <UnitCount n={base.n} />
              </td>
              <td className={number}>{formatMean(base.mean, kind === 'proportion', locale)}</td>
              <td className={cell} colSpan={4} />
            </tr>
          )}
          {comparisons.map((comparison) => (
            <ComparisonRow key={comparison.variant} metric={metric} comparison={comparison} />
          ))}
        </DataTable>
      )}
    </Section>
  )
}

function UnitCount({ n }: { n: number }) {
  const { units } = useLateMessages().experiments
  return <span className="block text-sm text-muted">{units.counted(n)}</span>
}

const number = `${cell} text-right tabular-nums`

type Titles = Record<'variant' | 'mean' | 'change' | 'interval' | 'p' | 'verdict', string>

const columnsOf = (titles: Titles) => [
  { key: 'variant', title: titles.variant },
  { key: 'mean', title: titles.mean, className: 'w-20 text-right' },
  { key: 'change', title: titles.change, className: 'w-20 text-right' },
  { key: 'interval', title: titles.interval, className: `w-36 ${wide}` },
  { key: 'p', title: titles.p, className: `w-24 text-right ${wide}` },
  { key: 'verdict', title: titles.verdict, className: 'w-28' },
]

const TONES: Readonly<Record<ExperimentComparison['verdict'], Tone>> = {
  better: 'good',
  worse: 'bad',
  unclear: 'idle',
  early: 'idle',
  none: 'idle',
}

interface RowProps {
  metric: ExperimentMetricResult
  comparison: ExperimentComparison
}

function ComparisonRow({ metric: { kind, arms, comparisons }, comparison }: RowProps) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const { metric: words } = experiments
  const { variant, state, relative, absolute, p, adjustedP, verdict, varianceReduction } =
    comparison
  const arm = arms.find((one) => one.variant === variant)
  const effect = relative ?? absolute
  const spans = comparisons.flatMap((one) => spanOf(one) ?? [])
  return (
    <tr>
      <td className={`${cell} break-words`}>
        {variant}
        {arm && <UnitCount n={arm.n} />}
        {state === 'tooFew' && (
          <span className="block text-sm text-muted">{experiments.tooFew}</span>
        )}
        {state === 'flat' && <span className="block text-sm text-muted">{experiments.flat}</span>}
        {varianceReduction > 0 && (
          <span className="block text-sm text-pretty text-muted">
            {words.reduced(formatShare(varianceReduction, locale))}
          </span>
        )}
      </td>
      <td className={number}>{arm && formatMean(arm.mean, kind === 'proportion', locale)}</td>
      <td className={number}>{effect && formatChange(effect.value, relative !== null, locale)}</td>
      <td className={`${cell} ${wide}`}>
        <IntervalBar comparison={comparison} scale={scaleOf(spans)} />
      </td>
      <td className={`${number} ${wide}`}>
        {p !== null && formatP(p, locale)}
        {adjustedP !== null && adjustedP !== p && (
          <span className="block text-sm text-muted">
            {words.adjusted(formatP(adjustedP, locale))}
          </span>
        )}
      </td>
      <td className={cell}>
        <Status tone={TONES[verdict]}>{words.verdicts[verdict]}</Status>
      </td>
    </tr>
  )
}
