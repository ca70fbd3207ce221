/** A document's text as its indexing cut it: every passage with its place, over the text itself. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { DocumentChunk } from '../../knowledge/chunk-schemas.ts'
import type { DocumentText } from '../../knowledge/schemas.ts'
import { useServices } from '../lib/services.tsx'
import { piecesOf, type Piece } from '../lib/text-blocks.ts'
import { useMessages } from '../messages/locale.tsx'
import { Loaded } from '../ui/loaded.tsx'

/** All of them: a document of two million characters has some two thousand. */
function useChunks(documentId: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['document-chunks', documentId],
    queryFn: async ({ signal }) => {
      const items: DocumentChunk[] = []
      let generation = 0
      let cursor: string | null = null
      do {
        const page = await client.documents.chunks(documentId, cursor, signal)
        // Indexed anew between two pages: what was read is of another cut.
        if (page.generation !== generation) items.splice(0)
        items.push(...page.items)
        ;({ generation, nextCursor: cursor } = page)
      } while (cursor !== null)
      return { generation, items }
    },
    staleTime: 0,
  })
}

export default function SourceChunks({ document }: { document: DocumentText }) {
  const { source } = useMessages()
  const query = useChunks(document.documentId)
  return (
    <div
      tabIndex={0}
      role="group"
      aria-label={source.chunkList}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 py-3 -outline-offset-2"
    >
      <Loaded query={query} rows={12}>
        {({ generation, items }) =>
          items.length === 0 ? (
            <p className="text-muted">{source.noChunks}</p>
          ) : (
            <>
              <p className="mb-2 text-sm text-muted">{source.run(generation)}</p>
              <Pieces text={document.text} chunks={items} />
            </>
          )
        }
      </Loaded>
    </div>
  )
}

/** Left out of layout while out of sight. */
const LAZY = '[contain-intrinsic-size:auto_18rem] [content-visibility:auto]'

function Pieces({ text, chunks }: { text: string; chunks: readonly DocumentChunk[] }) {
  const pieces = useMemo(() => piecesOf(text, chunks), [text, chunks])
  return (
    <ol className="space-y-2">
      {pieces.map((piece) => (
        <li key={piece.start} className={LAZY}>
          <PieceText piece={piece} />
        </li>
      ))}
    </ol>
  )
}

function PieceText({ piece: { cut, text, start, end } }: { piece: Piece<DocumentChunk> }) {
  const { source } = useMessages()
  const words = <div className="whitespace-pre-wrap break-words">{text}</div>
  if (cut === null) return text.trim() === '' ? null : <div className="text-muted">{words}</div>
  return (
    <div className="rounded-md border border-line px-3 py-2">
      <p className="mb-1 flex flex-wrap gap-x-3 text-xs text-muted tabular-nums">
        <Link
          to="."
          search={({ chunks: _cut, ...rest }) => ({ ...rest, start, end })}
          resetScroll={false}
          className="font-medium text-accent hover:underline"
        >
          {source.chunk(cut.ordinal)}
        </Link>
        <span>{source.characters(end - start)}</span>
        <span>{source.page(cut.page)}</span>
        {cut.context && <span className="min-w-0 truncate">{cut.context}</span>}
      </p>
      {words}
    </div>
  )
}
