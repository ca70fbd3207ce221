/** Ways from an answer to the passage it rests on; the address then names document and span. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Citation } from '../../knowledge/schemas.ts'
import { useMessages } from '../messages/locale.tsx'

interface SourceLinkProps {
  citation: Citation
  className: string
  label?: string
  children: ReactNode
}

/** Opens the passage beside the page it is on. */
export function SourceLink({ citation, className, label, children }: SourceLinkProps) {
  const { documentId, start, end } = citation
  return (
    <Link
      to="."
      search={(search) => ({ ...search, doc: documentId, start, end })}
      resetScroll={false}
      aria-label={label}
      className={className}
    >
      {children}
    </Link>
  )
}

export function SourceNumber({ number }: { number: number }) {
  return (
    <span className="inline-grid h-5 min-w-5 shrink-0 place-items-center rounded-[4px] bg-accent/14 px-1 text-xs font-semibold text-accent">
      {number}
    </span>
  )
}

/** For places too small for quotes. */
export function SourceChips({ citations }: { citations: readonly Citation[] }) {
  const { ask } = useMessages()
  if (citations.length === 0) return null
  return (
    <ul aria-label={ask.sources} className="mt-2 flex flex-wrap gap-1.5">
      {citations.map((citation) => (
        <li key={citation.number} className="min-w-0">
          <SourceLink
            citation={citation}
            className="flex min-w-0 items-center gap-1.5 rounded-sm border border-line py-0.5 pr-2 pl-1 text-sm hover:border-accent/60"
          >
            <SourceNumber number={citation.number} />
            <span className="truncate">{citation.title}</span>
            <span className="shrink-0 text-muted">{ask.page(citation.page)}</span>
          </SourceLink>
        </li>
      ))}
    </ul>
  )
}
