/** The range, what sums are made by, and what they are narrowed down to; all of it is in the address. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { X } from 'lucide-react'
import type { CostChoice } from '../../lib/cost-queries.ts'
import {
  type CostGroup,
  type CostsSearch,
  GROUPS,
  PURPOSES,
  setFilters,
} from '../../lib/cost-search.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useCostMessages } from '../../messages/costs.ts'
import { Button } from '../../ui/button.tsx'
import { control, Labelled } from '../../ui/filter-fields.tsx'

export function CostFilters({ choice, by }: { choice: CostChoice; by: CostGroup }) {
  const costs = useCostMessages()
  const search = useSearch({ from: '/shell/costs' })
  const navigate = useNavigate({ from: '/costs' })
  const runsPlatform = usePermission('admin.platform')
  const set = (name: keyof CostsSearch, value: string) =>
    void navigate({
      search: ({ [name]: _old, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }),
      replace: true,
    })
  const isAny = Object.keys(search).length > 0
  return (
    <div role="search" aria-label={costs.filters} className="space-y-2">
      <div className="grid grid-cols-2 items-end gap-2 sm:grid-cols-3 lg:grid-cols-[9rem_9rem_10rem_12rem_1fr_auto]">
        <DayField label={costs.from} value={choice.from} onChange={(day) => set('from', day)} />
        <DayField label={costs.to} value={choice.to} onChange={(day) => set('to', day)} />
        <Labelled label={costs.by}>
          <select
            value={by}
            onChange={(change) => set('by', change.target.value)}
            className={control}
          >
            {GROUPS.filter((group) => group !== 'tenant' || runsPlatform).map((group) => (
              <option key={group} value={group}>
                {costs.groups[group]}
              </option>
            ))}
          </select>
        </Labelled>
        <Labelled label={costs.groups.purpose}>
          <select
            value={choice.purpose ?? ''}
            onChange={(change) => set('purpose', change.target.value)}
            className={control}
          >
            <option value="">{costs.anyPurpose}</option>
            {PURPOSES.map((purpose) => (
              <option key={purpose} value={purpose}>
                {costs.purposes[purpose]}
              </option>
            ))}
          </select>
        </Labelled>
        <Labelled label={costs.answerId}>
          <input
            data-filter
            value={search.query ?? ''}
            placeholder={costs.answerIdHint}
            spellCheck={false}
            onChange={(change) => set('query', change.target.value)}
            className={control}
          />
        </Labelled>
        <Button disabled={!isAny} onClick={() => void navigate({ search: {}, replace: true })}>
          {costs.clear}
        </Button>
      </div>
      <SetFilters search={search} onRemove={(name) => set(name, '')} />
    </div>
  )
}

interface DayFieldProps {
  label: string
  value: string
  onChange: (day: string) => void
}

function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <Labelled label={label}>
      <input
        type="date"
        value={value}
        onChange={(change) => onChange(change.target.value)}
        className={control}
      />
    </Labelled>
  )
}

interface SetFiltersProps {
  search: CostsSearch
  onRemove: (name: keyof CostsSearch) => void
}

/** Those without a field of their own, set by rows of the table below. */
function SetFilters({ search, onRemove }: SetFiltersProps) {
  const costs = useCostMessages()
  const shown = setFilters(search).filter(({ name }) => name !== 'purpose' && name !== 'query')
  if (shown.length === 0) return null
  return (
    <ul className="flex flex-wrap gap-2">
      {shown.map(({ name, value }) => (
        <li key={name} className="min-w-0">
          <button
            type="button"
            onClick={() => onRemove(name)}
            aria-label={costs.remove(costs.groups[name], value)}
            className="inline-flex h-7 max-w-full items-center gap-1.5 rounded-full border border-control/60 bg-surface px-3 text-sm hover:bg-raised"
          >
            <span className="truncate">
              <span className="text-muted">{costs.groups[name]}:</span> {value}
            </span>
            <X size={14} aria-hidden className="shrink-0" />
          </button>
        </li>
      ))}
    </ul>
  )
}
