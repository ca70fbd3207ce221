/** One experiment: whether its numbers can be trusted, then the numbers, then what is measured. */
import { Link } from '@tanstack/react-router'
import { ArrowLeft, TriangleAlert } from 'lucide-react'
import type { ExperimentReport, ExperimentResults } from '../../../experiments/result-schemas.ts'
import { useReport } from '../../lib/experiment-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { formatMean, formatP, formatShare } from '../../lib/intervals.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { Deadline, Moment } from '../../ui/when.tsx'
import { ExposuresSection } from './exposures-section.tsx'
import { MetricSection } from './metric-section.tsx'
import { PhaseChoice } from './phase-choice.tsx'
import { SettingsSection } from './settings-section.tsx'

interface ReportPageProps {
  experimentKey: string
  environment: string
  /** An earlier one; the present one when undefined. */
  phase: number | undefined
}

export function ExperimentReportPage({ experimentKey, environment, phase }: ReportPageProps) {
  const { experiments } = useLateMessages()
  const query = useReport(experimentKey, environment, phase)
  const flag = query.data?.experiment.flag
  return (
    <Page title={experimentKey} subtitle={flag ? experiments.ofFlag(flag) : experiments.subtitle}>
      <Link
        to="/experiments"
        search={{ environment }}
        className="mb-4 inline-flex items-center gap-1 text-accent"
      >
        <ArrowLeft size={16} aria-hidden />
        {experiments.back}
      </Link>
      <PhaseChoice experimentKey={experimentKey} environment={environment} phase={phase} />
      <Loaded query={query} rows={6}>
        {(report) => <Parts report={report} phase={phase} />}
      </Loaded>
    </Page>
  )
}

interface PartsProps {
  report: ExperimentReport
  phase: number | undefined
}

function Parts({ report: { experiment, results }, phase }: PartsProps) {
  const { experiments } = useLateMessages()
  const mayWrite = usePermission('flag.write')
  const { key, environment, settings } = experiment
  const isPresent = phase === undefined || phase === experiment.phase
  return (
    <>
      {results && <Alarms results={results} />}
      <UnitsSection results={results} />
      <ExposuresSection name={key} environment={environment} phase={phase} />
      {results?.metrics.map((metric) => (
        <MetricSection key={`${metric.kind} ${metric.name}`} metric={metric} results={results} />
      ))}
      {isPresent && (settings?.metrics.length ?? 0) === 0 && (
        <p className="py-4 text-muted">{experiments.noMetrics}</p>
      )}
      {isPresent && mayWrite && (
        <SettingsSection key={settings?.version ?? 0} experiment={experiment} />
      )}
    </>
  )
}

function Alarms({ results }: { results: ExperimentResults }) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const { sampleRatio, metrics } = results
  const breached = metrics.filter(({ guardrail }) => guardrail === 'breached')
  const names = [...new Set(breached.map(({ name }) => name))].join(', ')
  return (
    <>
      {sampleRatio.isAlarm && (
        <Alarm
          title={experiments.mismatch.title}
          hint={experiments.mismatch.hint(formatP(sampleRatio.p ?? 0, locale))}
        />
      )}
      {breached.length > 0 && (
        <Alarm title={experiments.breach.title(names)} hint={experiments.breach.hint} />
      )}
    </>
  )
}

function Alarm({ title, hint }: { title: string; hint: string }) {
  return (
    <div role="alert" className="mb-4 flex gap-3 rounded-md border border-bad/50 bg-bad/8 p-3">
      <TriangleAlert size={18} className="mt-0.5 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0">
        <p className="font-semibold text-pretty">{title}</p>
        <p className="text-pretty">{hint}</p>
      </div>
    </div>
  )
}

function UnitsSection({ results }: { results: ExperimentResults | null }) {
  const { units: words } = useLateMessages().experiments
  return (
    <Section title={words.title} hint={words.hint}>
      {results && results.units > 0 ? (
        <Units results={results} />
      ) : (
        <p className="text-muted">{words.none}</p>
      )}
    </Section>
  )
}

function Units({ results }: { results: ExperimentResults }) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const { units: words } = experiments
  const { arms, units, control, severalVariants, state, dataAt, since } = results
  const weights = arms.reduce((sum, { weight }) => sum + weight, 0)
  return (
    <>
      {state === 'collecting' && <p className="text-muted">{experiments.tooFew}</p>}
      <ul className="divide-y divide-line rounded-md border border-line">
        {arms.map((arm) => (
          <li key={arm.variant} className="flex flex-wrap gap-x-3 px-3 py-1.5">
            <span className="min-w-0 flex-1 break-words">
              {arm.variant}
              {arm.variant === control && <span className="text-muted"> ({words.control})</span>}
            </span>
            <span className="tabular-nums">
              {words.counted(arm.units)}, {formatShare(arm.units / units, locale)}
            </span>
            <span className="text-muted tabular-nums">
              {words.planned(formatShare(arm.weight / weights, locale))}
            </span>
          </li>
        ))}
      </ul>
      {severalVariants.units > 0 && (
        <p className="text-sm text-muted">
          {words.several(formatMean(severalVariants.share, true, locale))}
        </p>
      )}
      <p className="text-sm text-muted">
        {words.asOf} <Moment iso={dataAt} />
        {since && (
          <>
            {' · '}
            {words.since} <Deadline iso={since} />
          </>
        )}
      </p>
    </>
  )
}
