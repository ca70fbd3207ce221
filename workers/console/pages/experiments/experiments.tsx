/** Experiments: which there are and how they stand; one of them whole when its key is in the address. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import type { ExperimentItem } from '../../../experiments/result-schemas.ts'
import { FIRST_ENVIRONMENT, useEnvironmentNames } from '../../lib/environments.ts'
import { useExperiments } from '../../lib/experiment-queries.ts'
import { type LateMessages, useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { SelectField } from '../../ui/field.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Skeletons } from '../../ui/page-states.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { Status, type Tone } from '../../ui/status.tsx'
import { ExperimentReportPage } from './report.tsx'

export function ExperimentsPage() {
  const search = useSearch({ from: '/shell/experiments' })
  const { experiment, environment = FIRST_ENVIRONMENT, phase } = search
  return experiment === undefined ? (
    <AllExperiments environment={environment} />
  ) : (
    <ExperimentReportPage
      key={experiment}
      experimentKey={experiment}
      environment={environment}
      phase={phase}
    />
  )
}

function AllExperiments({ environment }: { environment: string }) {
  const { experiments } = useLateMessages()
  return (
    <Page title={experiments.title} subtitle={experiments.subtitle}>
      <EnvironmentChoice environment={environment} />
      <ExperimentList environment={environment} />
    </Page>
  )
}

function EnvironmentChoice({ environment }: { environment: string }) {
  const { experiments } = useLateMessages()
  const navigate = useNavigate({ from: '/experiments' })
  const names = useEnvironmentNames()
  return (
    <SelectField
      className="mb-4 w-64"
      label={experiments.environment}
      value={environment}
      options={names.map((name) => ({ value: name, name }))}
      onChange={({ target: { value } }) =>
        void navigate({ search: (last) => ({ ...last, environment: value }), replace: true })
      }
    />
  )
}

function ExperimentList({ environment }: { environment: string }) {
  const { experiments } = useLateMessages()
  const query = useExperiments(environment)
  if (query.isPending) return <Skeletons rows={4} />
  if (!query.data) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
  const items = query.data.pages.flatMap((page) => page.items)
  if (items.length === 0) {
    return (
      <Empty
        icon={<FlaskConical size={32} />}
        title={experiments.emptyTitle}
        hint={experiments.emptyHint}
      >
        <Link to="/flags" search={{}} className={buttonClass()}>
          {experiments.toFlags}
        </Link>
      </Empty>
    )
  }
  const { columns } = experiments
  return (
    <>
      <DataTable
        label={experiments.table}
        columns={[
          { key: 'experiment', title: columns.experiment },
          { key: 'state', title: columns.state, className: 'w-32' },
          { key: 'units', title: columns.units, className: `w-28 text-right ${wide}` },
          { key: 'outcome', title: columns.outcome, className: 'w-64' },
        ]}
      >
        {items.map((item) => (
          <Row key={item.key} item={item} />
        ))}
      </DataTable>
      <LoadMore query={query} />
    </>
  )
}

const TONES: Readonly<Record<ExperimentItem['status'], Tone>> = {
  draft: 'idle',
  running: 'busy',
  stopped: 'idle',
}

function Row({ item }: { item: ExperimentItem }) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const { key, flag, status, results, environment } = item
  const { tone, text } = outcomeOf(item, experiments.outcomes)
  return (
    <tr>
      <td className={cell}>
        <Link
          to="/experiments"
          search={{ experiment: key, environment }}
          aria-label={experiments.open(key)}
          className="font-medium break-words text-accent"
        >
          {key}
        </Link>
        <span className="block truncate text-sm text-muted">{experiments.ofFlag(flag)}</span>
      </td>
      <td className={cell}>
        <Status tone={TONES[status]}>{experiments.statuses[status]}</Status>
      </td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>
        {results ? results.units.toLocaleString(locale) : '–'}
      </td>
      <td className={cell}>
        <span className={`text-pretty ${tone}`}>{text}</span>
      </td>
    </tr>
  )
}

type Outcomes = LateMessages['experiments']['outcomes']

/** The one thing to know first: whether it can be trusted, then whether it does harm, then what it gained. */
function outcomeOf({ results }: ExperimentItem, words: Outcomes): { tone: string; text: string } {
  const listed = (names: readonly string[]) => [...new Set(names)].join(', ')
  if (!results || results.state === 'empty') return { tone: 'text-muted', text: words.none }
  const { isSampleRatioAlarm, breachedGuardrails, better, worse } = results
  if (isSampleRatioAlarm) return { tone: 'text-bad', text: words.alarm }
  if (breachedGuardrails.length > 0) {
    return { tone: 'text-bad', text: words.breached(listed(breachedGuardrails)) }
  }
  if (worse.length > 0) return { tone: 'text-bad', text: words.worse(listed(worse)) }
  if (better.length > 0) return { tone: 'text-good', text: words.better(listed(better)) }
  if (results.state === 'collecting') return { tone: 'text-muted', text: words.collecting }
  return { tone: 'text-muted', text: words.unclear }
}
