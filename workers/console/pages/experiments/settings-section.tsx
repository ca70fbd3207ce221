/** What an experiment measures and how it is looked at, to be changed. */
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Experiment, ExperimentMetric } from '../../../experiments/result-schemas.ts'
import { useExperimentActions } from '../../lib/experiment-queries.ts'
import { fromLocalInput, toLocalInput } from '../../lib/local-time.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Section } from '../../ui/section.tsx'
import { MetricFields } from './metric-fields.tsx'

const NEW: ExperimentMetric = {
  name: '',
  kind: 'proportion',
  direction: 'increase',
  role: 'goal',
}

export function SettingsSection({ experiment }: { experiment: Experiment }) {
  const { settings: words } = useLateMessages().experiments
  const { key, environment, settings, variations } = experiment
  const { configure } = useExperimentActions(key, environment)
  const [metrics, setMetrics] = useState(() => keyed(settings?.metrics ?? []))
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const horizonAt = fromLocalInput(textOf(form, 'horizon')) || null
    const version = settings ? { version: settings.version } : {}
    await configure({
      control: textOf(form, 'control'),
      method: textOf(form, 'method') === 'fixed' ? 'fixed' : 'sequential',
      horizonAt,
      metrics: metrics.map(({ metric }) => metric),
      ...version,
    })
  })
  return (
    <Section title={words.title} hint={words.hint}>
      <form onSubmit={onSubmit} className="space-y-4">
        <Looks experiment={experiment} />
        {metrics.map((row, index) => (
          <MetricFields
            key={row.id}
            place={index + 1}
            metric={row.metric}
            onChange={(metric) =>
              setMetrics(metrics.map((one) => (one.id === row.id ? { ...one, metric } : one)))
            }
            onRemove={() => setMetrics(metrics.filter(({ id }) => id !== row.id))}
          />
        ))}
        <div className="flex flex-wrap justify-between gap-2">
          <Button onClick={() => setMetrics([...metrics, ...keyed([NEW])])}>
            <Plus size={16} aria-hidden />
            {words.add}
          </Button>
          <Button type="submit" look="primary" disabled={isBusy || variations.length === 0}>
            {words.save}
          </Button>
        </div>
        {error !== null && <ErrorNote error={error} />}
      </form>
    </Section>
  )
}

/** Rows need a name of their own: that of an event is empty at first, and may come twice. */
const keyed = (metrics: readonly ExperimentMetric[]) =>
  metrics.map((metric) => ({ id: crypto.randomUUID(), metric }))

function Looks({ experiment: { settings, variations } }: { experiment: Experiment }) {
  const { settings: words } = useLateMessages().experiments
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <SelectField
        label={words.control}
        name="control"
        defaultValue={settings?.control ?? variations[0]?.variant}
        options={variations.map(({ variant }) => ({ value: variant, name: variant }))}
      />
      <SelectField
        label={words.method}
        name="method"
        defaultValue={settings?.method ?? 'sequential'}
        options={[
          { value: 'sequential', name: words.sequential },
          { value: 'fixed', name: words.fixed },
        ]}
      />
      <TextField
        label={words.horizon}
        hint={words.horizonHint}
        name="horizon"
        type="datetime-local"
        defaultValue={settings?.horizonAt ? toLocalInput(settings.horizonAt) : ''}
      />
    </div>
  )
}
