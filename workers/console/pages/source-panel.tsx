/** A document's canonical text beside the page, scrolled to the passage an answer cited. */
import { useQuery } from '@tanstack/react-query'
import { Quote, Rows3, X } from 'lucide-react'
import { lazy, memo, Suspense, useCallback, useEffect, useMemo, useRef } from 'react'
import type { DocumentText } from '../../knowledge/schemas.ts'
import { useWindowEvent } from '../lib/hooks.ts'
import { useServices } from '../lib/services.tsx'
import { blocksOf, type Block, type Span } from '../lib/text-blocks.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { Skeletons } from '../ui/page-states.tsx'

const SourceChunks = lazy(() => import('./source-chunks.tsx'))

interface SourcePanelProps {
  documentId: string
  cited: Span | null
  /** Whether the text is shown as indexing cut it. */
  isCut: boolean
  onCut: () => void
  onClose: () => void
}

/** Canonical texts never change under an id, so one fetch per visit is enough. */
function useDocumentText(documentId: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['document-text', documentId],
    queryFn: ({ signal }) => client.documents.text(documentId, signal),
    staleTime: Infinity,
  })
}

/** Takes the focus while it is open and gives it back to what opened it. */
function useBorrowedFocus() {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    heading.current?.focus({ preventScroll: true })
    return () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true })
    }
  }, [])
  return heading
}

/** The page a span begins on; a text of one page needs no number. */
const pageOf = ({ pages }: DocumentText, { start }: Span) =>
  pages.length > 1 ? pages.findLast((page) => page.start <= start)?.page : undefined

export default function SourcePanel(props: SourcePanelProps) {
  const { documentId, cited, isCut, onCut, onClose } = props
  const { source, common } = useMessages()
  const text = useDocumentText(documentId)
  const heading = useBorrowedFocus()
  const page = text.data && cited ? pageOf(text.data, cited) : undefined
  useWindowEvent('keydown', ({ key }) => {
    if (key === 'Escape' && !document.querySelector('dialog[open]')) onClose()
  })
  return (
    <aside
      aria-label={source.label}
      className="fixed inset-0 z-30 flex flex-col bg-surface lg:sticky lg:top-0 lg:z-auto lg:h-dvh lg:w-[26rem] lg:shrink-0 lg:border-l lg:border-line xl:w-[30rem]"
    >
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4">
        <h2
          ref={heading}
          tabIndex={-1}
          className="min-w-0 flex-1 truncate font-semibold outline-none"
        >
          {text.data?.title ?? source.label}
        </h2>
        {page !== undefined && <span className="shrink-0 text-muted">{source.page(page)}</span>}
        <IconButton
          label={source.chunks}
          aria-pressed={isCut}
          className="aria-pressed:bg-raised aria-pressed:text-ink"
          onClick={onCut}
        >
          <Rows3 size={16} />
        </IconButton>
        <IconButton label={common.close} onClick={onClose}>
          <X size={16} />
        </IconButton>
      </div>
      {text.data && !isCut && <Text document={text.data} cited={cited} />}
      {text.data && isCut && (
        <Suspense>
          <SourceChunks document={text.data} />
        </Suspense>
      )}
      {text.isPending && (
        <div className="p-4">
          <Skeletons rows={12} />
        </div>
      )}
      {text.error && (
        <div className="p-4">
          <ErrorNote error={text.error} onRetry={() => void text.refetch()} />
        </div>
      )}
    </aside>
  )
}

/** Frames in which blocks above the passage may still take their true height. */
const SETTLING_FRAMES = 4

/** Again for a few frames: blocks that come into sight are laid out only then, and push it away. */
function centre(element: HTMLElement | null, frames = SETTLING_FRAMES) {
  element?.scrollIntoView({ block: 'center' })
  if (frames > 0) requestAnimationFrame(() => centre(element, frames - 1))
}

/** Left out of layout while out of sight, except for the passage: it has to be found at once. */
const LAZY_LAYOUT = '[contain-intrinsic-size:auto_60rem] [content-visibility:auto]'

function Text({ document, cited }: { document: DocumentText; cited: Span | null }) {
  const { source } = useMessages()
  const mark = useRef<HTMLElement>(null)
  const start = cited?.start
  const end = cited?.end
  const blocks = useMemo(() => {
    const span = start === undefined || end === undefined ? null : { start, end }
    return blocksOf(document, span)
  }, [document, start, end])
  const showMark = useCallback(() => centre(mark.current), [])
  useEffect(showMark, [showMark, blocks])
  return (
    <>
      <div
        tabIndex={0}
        role="group"
        aria-label={document.title}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 py-3 -outline-offset-2"
      >
        {blocks.map((block) => (
          <TextBlock key={block.start} block={block} markRef={mark} />
        ))}
      </div>
      {cited && (
        <div className="shrink-0 border-t border-line p-2 text-right">
          <Button look="ghost" onClick={showMark}>
            <Quote size={14} aria-hidden /> {source.backToPassage}
          </Button>
        </div>
      )}
    </>
  )
}

interface TextBlockProps {
  block: Block
  markRef: React.RefObject<HTMLElement | null>
}

const TextBlock = memo(({ block, markRef }: TextBlockProps) => {
  const { source } = useMessages()
  return (
    <div className={block.parts.some(({ isCited }) => isCited) ? undefined : LAZY_LAYOUT}>
      {block.page !== null && (
        <p className="mt-4 mb-1 border-b border-line pb-1 text-xs font-medium text-muted">
          {source.page(block.page)}
        </p>
      )}
      <div className="whitespace-pre-wrap break-words">
        {block.parts.map((part) =>
          part.isCited ? (
            <mark
              key={part.start}
              ref={markRef}
              aria-label={source.passage}
              className="rounded-[3px] bg-accent/22 text-ink ring-1 ring-accent/45"
            >
              {part.text}
            </mark>
          ) : (
            part.text
          ),
        )}
      </div>
    </div>
  )
})
