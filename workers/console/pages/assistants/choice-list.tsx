/** All of them, also those that come later, or only those that are ticked. */
import { useState } from 'react'
import { onlyOf } from '../../lib/assistant-form.ts'
import { CheckField } from '../../ui/field.tsx'

interface ChoiceListProps {
  name: string
  label: string
  /** What the box for all of them says. */
  all: string
  /** Null: all. */
  chosen: readonly string[] | null
  options: readonly { value: string; name: string }[]
}

export function ChoiceList({ name, label, all, chosen, options }: ChoiceListProps) {
  const [isAll, setAll] = useState(chosen === null)
  // What was chosen and is there no longer can still be taken out.
  const gone = (chosen ?? []).filter((value) => !options.some((option) => option.value === value))
  const shown = [...options, ...gone.map((value) => ({ value, name: value }))]
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      <CheckField
        label={all}
        checked={isAll}
        onChange={(change) => setAll(change.target.checked)}
      />
      {!isAll && (
        <div className="mt-1 grid gap-x-4 gap-y-1 pl-6 sm:grid-cols-2">
          <input type="hidden" name={onlyOf(name)} value="yes" />
          {shown.map((option) => (
            <CheckField
              key={option.value}
              label={option.name}
              name={name}
              value={option.value}
              defaultChecked={chosen?.includes(option.value) ?? false}
            />
          ))}
        </div>
      )}
    </fieldset>
  )
}
