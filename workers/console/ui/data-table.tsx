/** The frame of a list: columns that leave on narrow screens are the cells' own choice. */
import type { ReactNode } from 'react'

export const wide = 'max-md:hidden'
export const cell = 'px-3 py-1.5 align-middle'
const head = 'px-3 h-8 text-left text-xs font-medium text-muted'

export interface Column {
  key: string
  title: string
  className?: string
  /** Read out, but not shown. */
  isSilent?: boolean
}

interface DataTableProps {
  label: string
  columns: readonly Column[]
  children: ReactNode
}

export function DataTable({ label, columns, children }: DataTableProps) {
  return (
    <div className="overflow-hidden rounded-md border border-line bg-surface">
      <table aria-label={label} className="w-full table-fixed border-collapse">
        <thead className="border-b border-line">
          <tr>
            {columns.map(({ key, title, className = '', isSilent = false }) => (
              <th key={key} scope="col" className={`${head} ${className}`}>
                {isSilent ? <span className="sr-only">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </div>
  )
}

interface FilterProps {
  label: string
  value: string
  onChange: (value: string) => void
}

/** Reached with `/`; Esc empties it, then leaves it. */
export function Filter({ label, value, onChange }: FilterProps) {
  return (
    <input
      data-filter
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        if (value === '') event.currentTarget.blur()
        else onChange('')
      }}
      className="h-8 w-64 min-w-0 flex-1 rounded-sm border border-control/60 bg-surface px-3 placeholder:text-muted sm:flex-none"
    />
  )
}
