/** What is looked for: all of it in the address, so that a link shows the same traces. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { formatDuration } from '../../lib/format.ts'
import { usePermission } from '../../lib/hooks.ts'
import type { TracesSearch } from '../../lib/manage-search.ts'
import { traceIdIn } from '../../lib/waterfall.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useTraceMessages } from '../../messages/traces.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, control, Labelled, MomentField } from '../../ui/filter-fields.tsx'
import { filterOf } from './trace-filter.ts'

const STATUSES = ['2xx', '3xx', '4xx', '5xx']
const DURATIONS = [100, 500, 1000, 5000]

export function TraceFilters() {
  const { locale } = useMessages()
  const traces = useTraceMessages()
  const search = useSearch({ from: '/shell/traces' })
  const navigate = useNavigate({ from: '/traces' })
  const set = (name: keyof TracesSearch, value: string | number | boolean) =>
    void navigate({
      search: ({ [name]: _old, ...rest }) => (value ? { ...rest, [name]: value } : rest),
      replace: true,
    })
  const isAny = Object.keys(filterOf(search)).length > 0
  return (
    <div
      role="search"
      aria-label={traces.filters}
      className="mb-3 grid grid-cols-2 items-end gap-2 sm:grid-cols-3 lg:grid-cols-4"
    >
      <Labelled label={traces.id}>
        <input
          data-filter
          value={search.request ?? ''}
          spellCheck={false}
          onChange={({ target: { value } }) => {
            const trace = traceIdIn(value)
            if (trace)
              void navigate({ search: ({ request: _old, ...rest }) => ({ ...rest, trace }) })
            else set('request', value)
          }}
          className={control}
        />
      </Labelled>
      <Labelled label={traces.route}>
        <input
          value={search.route ?? ''}
          placeholder={traces.routeHint}
          spellCheck={false}
          onChange={(change) => set('route', change.target.value)}
          className={control}
        />
      </Labelled>
      <Choice
        label={traces.status}
        value={search.status ?? ''}
        options={[['', traces.anyStatus], ...STATUSES.map((each) => [each, each] as const)]}
        onChange={(value) => set('status', value)}
      />
      <Choice
        label={traces.duration}
        value={String(search.min ?? '')}
        options={[
          ['', traces.anyDuration],
          ...DURATIONS.map((ms) => [String(ms), formatDuration(ms, locale)] as const),
        ]}
        onChange={(value) => set('min', Number(value))}
      />
      <Choice
        label={traces.outcome}
        value={search.failed ? 'failed' : ''}
        options={[
          ['', traces.anyOutcome],
          ['failed', traces.onlyFailed],
        ]}
        onChange={(value) => set('failed', value === 'failed')}
      />
      <MomentField label={traces.from} iso={search.from} onChange={(iso) => set('from', iso)} />
      <MomentField label={traces.to} iso={search.to} onChange={(iso) => set('to', iso)} />
      <ReachChoice isAll={search.all === true} onChange={(isAll) => set('all', isAll)} />
      <Button
        disabled={!isAny}
        onClick={() => void navigate({ search: ({ all }) => (all ? { all } : {}), replace: true })}
      >
        {traces.clear}
      </Button>
    </div>
  )
}

interface ReachChoiceProps {
  isAll: boolean
  onChange: (isAll: boolean) => void
}

/** Nothing to choose for who may see only one of both. */
function ReachChoice({ isAll, onChange }: ReachChoiceProps) {
  const traces = useTraceMessages()
  const [runsPlatform, readsOwn] = [usePermission('admin.platform'), usePermission('audit.read')]
  if (!runsPlatform || !readsOwn) return null
  return (
    <Choice
      label={traces.reach}
      value={isAll ? 'all' : 'own'}
      options={[
        ['own', traces.reaches.own],
        ['all', traces.reaches.all],
      ]}
      onChange={(value) => onChange(value === 'all')}
    />
  )
}
