/** What an answer rests on: each source with its page and the words that were cited. */
import { FileText } from 'lucide-react'
import type { Citation } from '../../../knowledge/schemas.ts'
import { useMessages } from '../../messages/locale.tsx'
import { SourceLink, SourceNumber } from '../../ui/source-link.tsx'

export function Sources({ citations }: { citations: readonly Citation[] }) {
  const { ask } = useMessages()
  return (
    <div className="mt-4">
      <h3 className="mb-1 text-xs font-medium text-muted">{ask.sources}</h3>
      <ol className="space-y-1">
        {citations.map((citation) => (
          <li key={citation.number}>
            <SourceLink
              citation={citation}
              className="flex items-start gap-2 rounded-sm border border-line bg-surface px-2.5 py-2 hover:border-accent/60"
            >
              <SourceNumber number={citation.number} />
              <span className="min-w-0 flex-1">
                <span className="flex min-w-0 items-center gap-1.5">
                  <FileText size={14} aria-hidden className="shrink-0 text-muted" />
                  <span className="truncate font-medium">{citation.title}</span>
                  <span className="shrink-0 text-muted">{ask.page(citation.page)}</span>
                </span>
                <q className="line-clamp-2 text-sm text-muted">{citation.quote}</q>
              </span>
            </SourceLink>
          </li>
        ))}
      </ol>
    </div>
  )
}
