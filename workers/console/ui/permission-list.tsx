/** Permissions to tick, each with what it means and its name in the API. */
import { useMessages } from '../messages/locale.tsx'
import { CheckField } from './field.tsx'

interface PermissionListProps {
  legend: string
  names: readonly string[]
  chosen: readonly string[]
  onChoose: (chosen: readonly string[]) => void
  /** Why one cannot be ticked, by its name; those without an entry can. */
  refusals?: ReadonlyMap<string, string>
}

/** For a permission there are no words for, its name. */
export function useMeaning(): (permission: string) => string {
  const meanings: Readonly<Record<string, string>> = useMessages().permissions
  return (permission) => meanings[permission] ?? permission
}

export function PermissionList(props: PermissionListProps) {
  const { legend, names, chosen, onChoose, refusals } = props
  const meaningOf = useMeaning()
  const toggle = (name: string) =>
    onChoose(chosen.includes(name) ? chosen.filter((held) => held !== name) : [...chosen, name])
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      <div className="grid gap-x-4 gap-y-2 rounded-sm border border-line p-3 sm:grid-cols-2">
        {names.map((name) => (
          <CheckField
            key={name}
            label={meaningOf(name)}
            hint={refusals?.get(name) ?? name}
            checked={chosen.includes(name)}
            disabled={refusals?.has(name)}
            onChange={() => toggle(name)}
          />
        ))}
      </div>
    </fieldset>
  )
}
