/** The documents as rows, and what stands in their place when there are none to show. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Document } from '../../knowledge/schemas.ts'
import type { useDocuments } from '../lib/document-queries.ts'
import { formatTime } from '../lib/format.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { DataTable, wide, type Column } from '../ui/data-table.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { Skeletons } from '../ui/page-states.tsx'
import { Empty } from '../ui/page.tsx'
import { type DocumentCommands, DocumentRow } from './document-row.tsx'

interface DocumentListProps extends DocumentCommands {
  query: ReturnType<typeof useDocuments>
  documents: readonly Document[]
  isFiltered: boolean
  isUploading: boolean
  emptyIcon: ReactNode
  onAdd: () => void
}

export function DocumentList(props: DocumentListProps) {
  const { query, documents, onRetry, onReindex, onCancel, onHistory, onFacts, onDelete } = props
  const commands = { onRetry, onReindex, onCancel, onHistory, onFacts, onDelete }
  const { knowledge, common, locale } = useMessages()
  const refetch = () => void query.refetch()
  if (query.isPending) return <Skeletons rows={8} />
  if (!query.data) return <ErrorNote error={query.error} onRetry={refetch} />
  const asOf = formatTime(new Date(query.dataUpdatedAt), locale)
  return (
    <>
      {query.error && (
        <div className="mb-3">
          <ErrorNote error={query.error} text={common.staleSince(asOf)} onRetry={refetch} />
        </div>
      )}
      {documents.length === 0 ? (
        <Nothing {...props} />
      ) : (
        <DataTable label={knowledge.table} columns={columnsOf(knowledge.columns, common.actions)}>
          {documents.map((document) => (
            <DocumentRow key={document.id} document={document} {...commands} />
          ))}
        </DataTable>
      )}
      {query.hasNextPage && (
        <div className="mt-3 text-center">
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            {common.loadMore}
          </Button>
        </div>
      )}
    </>
  )
}

type Titles = Record<'title' | 'status' | 'size' | 'chunks' | 'updated', string>

const columnsOf = (titles: Titles, actions: string): Column[] => [
  { key: 'title', title: titles.title },
  { key: 'status', title: titles.status, className: 'w-36 md:w-52' },
  { key: 'size', title: titles.size, className: `w-24 text-right ${wide}` },
  { key: 'chunks', title: titles.chunks, className: `w-24 text-right ${wide}` },
  { key: 'updated', title: titles.updated, className: `w-32 text-right ${wide}` },
  { key: 'actions', title: actions, className: 'w-36', isSilent: true },
]

function Nothing({ isFiltered, isUploading, emptyIcon, onAdd }: DocumentListProps) {
  const { knowledge } = useMessages()
  if (isUploading) return null
  if (isFiltered) {
    return (
      <Empty icon={emptyIcon} title={knowledge.noMatch}>
        <Link to="/knowledge" className={buttonClass()}>
          {knowledge.clearFilter}
        </Link>
      </Empty>
    )
  }
  return (
    <Empty icon={emptyIcon} title={knowledge.emptyTitle} hint={knowledge.emptyHint}>
      <Button look="primary" onClick={onAdd}>
        {knowledge.add}
      </Button>
    </Empty>
  )
}
