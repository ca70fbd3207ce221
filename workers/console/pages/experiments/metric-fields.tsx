/** One metric of an experiment, as a row of fields. */
import { X } from 'lucide-react'
import type { ExperimentMetric } from '../../../experiments/result-schemas.ts'
import { useLateMessages } from '../../messages/late.ts'
import { IconButton } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'

interface MetricFieldsProps {
  /** From 1. */
  place: number
  metric: ExperimentMetric
  onChange: (metric: ExperimentMetric) => void
  onRemove: () => void
}

const KINDS = ['proportion', 'count', 'mean'] as const
const ROLES = ['goal', 'guardrail'] as const
const DIRECTIONS = ['increase', 'decrease'] as const

export function MetricFields({ place, metric, onChange, onRemove }: MetricFieldsProps) {
  const { settings: words, metric: names } = useLateMessages().experiments
  const better = { increase: words.more, decrease: words.less }
  return (
    <fieldset className="grid items-end gap-3 sm:grid-cols-[1fr_1fr_6rem_8rem_auto]">
      <legend className="sr-only">{words.metricOf(place)}</legend>
      <TextField
        label={words.name}
        value={metric.name}
        required
        maxLength={100}
        autoComplete="off"
        onChange={({ target }) => onChange({ ...metric, name: target.value })}
      />
      <Choice
        label={words.kind}
        values={KINDS}
        value={metric.kind}
        names={names.kinds}
        onChoose={(kind) => onChange({ ...metric, kind })}
      />
      <Choice
        label={words.direction}
        values={DIRECTIONS}
        value={metric.direction}
        names={better}
        onChoose={(direction) => onChange({ ...metric, direction })}
      />
      <Choice
        label={words.role}
        values={ROLES}
        value={metric.role}
        names={names.roles}
        onChoose={(role) => onChange({ ...metric, role })}
      />
      <IconButton label={words.remove(place)} onClick={onRemove} className="h-9">
        <X size={16} aria-hidden />
      </IconButton>
    </fieldset>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  values: readonly Value[]
  value: Value
  names: Readonly<Record<Value, string>>
  onChoose: (value: Value) => void
}

function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, values, value, names, onChoose } = props
  return (
    <SelectField
      label={label}
      value={value}
      options={values.map((one) => ({ value: one, name: names[one] }))}
      onChange={({ target }) => {
        const chosen = values.find((one) => one === target.value)
        if (chosen) onChoose(chosen)
      }}
    />
  )
}
