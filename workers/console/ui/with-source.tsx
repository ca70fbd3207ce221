/** A page with room for the source text its address names. */
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import type { SourceSearch } from '../lib/search.ts'

const SourcePanel = lazy(() => import('../pages/source-panel.tsx'))

interface WithSourceProps {
  search: SourceSearch
  children: ReactNode
}

export function WithSource({ search, children }: WithSourceProps) {
  const { doc, start, end, chunks = false } = search
  const navigate = useNavigate()
  const close = () =>
    void navigate({
      to: '.',
      search: ({ doc: _doc, start: _start, end: _end, chunks: _chunks, ...rest }) => rest,
      resetScroll: false,
    })
  const cut = () =>
    void navigate({
      to: '.',
      search: ({ chunks: was, ...rest }) => (was ? rest : { ...rest, chunks: true }),
      resetScroll: false,
    })
  const cited = start !== undefined && end !== undefined ? { start, end } : null
  return (
    <div className="flex min-w-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">{children}</div>
      {doc && (
        <Suspense>
          <SourcePanel
            key={doc}
            documentId={doc}
            cited={cited}
            isCut={chunks}
            onCut={cut}
            onClose={close}
          />
        </Suspense>
      )}
    </div>
  )
}
