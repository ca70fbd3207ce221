/** Narrows the list by title and state; both live in the address. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { STATUSES } from '../lib/document-status.ts'
import { useMessages } from '../messages/locale.tsx'
import { Filter } from '../ui/data-table.tsx'

export function DocumentToolbar({ children }: { children: ReactNode }) {
  const { knowledge } = useMessages()
  const { status, q } = useSearch({ from: '/shell/knowledge' })
  const navigate = useNavigate({ from: '/knowledge' })
  const narrow = (name: 'q' | 'status', value: string) =>
    void navigate({
      search: ({ [name]: _old, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }),
      replace: true,
    })
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      <Filter label={knowledge.filter} value={q ?? ''} onChange={(value) => narrow('q', value)} />
      <select
        aria-label={knowledge.status}
        value={status ?? ''}
        onChange={(event) => narrow('status', event.target.value)}
        className="h-8 rounded-sm border border-control/60 bg-surface px-2"
      >
        <option value="">{knowledge.anyStatus}</option>
        {STATUSES.map((value) => (
          <option key={value} value={value}>
            {knowledge.statuses[value]}
          </option>
        ))}
      </select>
      {children}
    </div>
  )
}
