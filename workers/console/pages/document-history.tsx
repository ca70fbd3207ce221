/** What became of a document's runs, newest first. Loaded when it is asked for. */
import type { Document } from '../../knowledge/schemas.ts'
import { useDocumentEvents } from '../lib/document-queries.ts'
import { useMessages } from '../messages/locale.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Modal } from '../ui/modal.tsx'
import { Moment } from '../ui/when.tsx'

interface DocumentHistoryProps {
  document: Pick<Document, 'id' | 'title'>
  onClose: () => void
}

export default function DocumentHistory({ document, onClose }: DocumentHistoryProps) {
  const { knowledge } = useMessages()
  const query = useDocumentEvents(document.id)
  const words = new Map(Object.entries(knowledge.events))
  return (
    <Modal title={knowledge.historyOf(document.title)} onClose={onClose} isWide>
      <Loaded query={query} rows={5}>
        {(events) =>
          events.length === 0 ? (
            <p className="text-muted">{knowledge.noHistory}</p>
          ) : (
            <ol
              aria-label={knowledge.history}
              tabIndex={0}
              className="max-h-96 divide-y divide-line overflow-y-auto"
            >
              {events.map(({ id, generation, event, error, at }) => (
                <li key={id} className="flex gap-3 py-1.5">
                  <span className="w-40 shrink-0 text-sm text-muted">
                    <Moment iso={at} />
                  </span>
                  <span className="min-w-0">
                    <span className="font-medium">{words.get(event) ?? event}</span>
                    <span className="text-sm text-muted"> · {knowledge.run(generation)}</span>
                    {error && <span className="block text-sm text-pretty">{error.message}</span>}
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Modal>
  )
}
