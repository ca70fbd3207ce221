/** Fields of a list's filters: a label above each, all of one height. */
import type { ReactNode } from 'react'
import { fromLocalInput, toLocalInput } from '../lib/local-time.ts'

export const control =
  'h-8 w-full min-w-0 rounded-sm border border-control/60 bg-surface px-2 placeholder:text-muted'

export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="block min-w-0">
      <span className="mb-0.5 block text-xs text-muted">{label}</span>
      {children}
    </label>
  )
}

interface MomentFieldProps {
  label: string
  iso: string | undefined
  onChange: (iso: string) => void
}

export function MomentField({ label, iso, onChange }: MomentFieldProps) {
  return (
    <Labelled label={label}>
      <input
        type="datetime-local"
        value={iso ? toLocalInput(iso) : ''}
        onChange={(change) => onChange(fromLocalInput(change.target.value))}
        className={control}
      />
    </Labelled>
  )
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly (readonly [value: string, name: string])[]
  onChange: (value: string) => void
}

/** One of a few values. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <Labelled label={label}>
      <select
        value={value}
        onChange={(change) => onChange(change.target.value)}
        className={control}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  )
}
