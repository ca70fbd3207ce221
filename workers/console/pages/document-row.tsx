/** One document: what it is, how far its indexing is or why it failed, and what can be done. */
import { Link } from '@tanstack/react-router'
import { FileText, History, RefreshCw, RotateCw, ShieldCheck, Square, Trash2 } from 'lucide-react'
import { isSettled } from '../../../sdk/documents.ts'
import type { Document } from '../../knowledge/schemas.ts'
import { TONES } from '../lib/document-status.ts'
import { formatBytes, formatWhen } from '../lib/format.ts'
import { usePermission } from '../lib/hooks.ts'
import type { Messages } from '../messages/en.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { cell, wide } from '../ui/data-table.tsx'
import { Progress } from '../ui/progress.tsx'
import { Status } from '../ui/status.tsx'

export interface DocumentCommands {
  onRetry: (document: Document) => void
  onReindex: (document: Document) => void
  onCancel: (document: Document) => void
  onHistory: (document: Document) => void
  onFacts: (document: Document) => void
  onDelete: (document: Document) => void
}

interface DocumentRowProps extends DocumentCommands {
  document: Document
}

export function DocumentRow({ document, ...commands }: DocumentRowProps) {
  const { knowledge, locale } = useMessages()
  const { bytes, pages, updatedAt } = document
  const size = formatBytes(bytes, locale)
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <Title document={document} />
        <span className="block pl-6 text-xs text-muted md:hidden">
          {size}
          {pages && pages > 1 ? ` · ${knowledge.pages(pages)}` : ''}
        </span>
        <Marks document={document} />
        <Reason document={document} />
      </td>
      <td className={cell}>
        <State document={document} onRetry={() => commands.onRetry(document)} />
      </td>
      <td className={`${cell} text-right text-muted ${wide}`}>{size}</td>
      <td
        className={`${cell} text-right text-muted ${wide}`}
        title={pages ? knowledge.pages(pages) : undefined}
      >
        <Chunks document={document} />
      </td>
      <td className={`${cell} text-right whitespace-nowrap text-muted ${wide}`}>
        <time dateTime={updatedAt} title={updatedAt}>
          {formatWhen(updatedAt, locale)}
        </time>
      </td>
      <td className={`${cell} px-1! text-right whitespace-nowrap`}>
        <Commands document={document} {...commands} />
      </td>
    </tr>
  )
}

function Commands({ document, ...commands }: DocumentRowProps) {
  const { onReindex, onCancel, onHistory, onFacts, onDelete } = commands
  const { knowledge } = useMessages()
  const mayWrite = usePermission('kb.write')
  const mayDelete = usePermission('kb.delete')
  const { title, status } = document
  return (
    <>
      {mayWrite && !isSettled(document) && (
        <IconButton label={knowledge.cancelOf(title)} onClick={() => onCancel(document)}>
          <Square size={14} />
        </IconButton>
      )}
      {mayWrite && (status === 'ready' || status === 'needs_ocr') && (
        <IconButton label={knowledge.reindexOf(title)} onClick={() => onReindex(document)}>
          <RefreshCw size={15} />
        </IconButton>
      )}
      <IconButton label={knowledge.factsOf(title)} onClick={() => onFacts(document)}>
        <ShieldCheck size={16} />
      </IconButton>
      <IconButton label={knowledge.historyOf(title)} onClick={() => onHistory(document)}>
        <History size={16} />
      </IconButton>
      {mayDelete && (
        <IconButton label={knowledge.deleteOf(title)} onClick={() => onDelete(document)}>
          <Trash2 size={16} />
        </IconButton>
      )}
    </>
  )
}

function Title({ document: { id, title, status } }: { document: Document }) {
  const { knowledge } = useMessages()
  return (
    <span className="flex min-w-0 items-center gap-2">
      <FileText size={16} aria-hidden className="shrink-0 text-muted" />
      {status === 'ready' ? (
        <Link
          to="/knowledge"
          search={({ chunks: _cut, ...rest }) => ({ ...rest, doc: id })}
          resetScroll={false}
          aria-label={knowledge.openOf(title)}
          title={title}
          className="truncate font-medium hover:text-accent hover:underline"
        >
          {title}
        </Link>
      ) : (
        <span className="truncate font-medium" title={title}>
          {title}
        </span>
      )}
    </span>
  )
}

/** That not everybody may read it, and that something in it looks odd. */
function Marks({ document: { labels, phi, suspicions } }: { document: Document }) {
  const { knowledge } = useMessages()
  if (labels === null && !phi && suspicions.length === 0) return null
  return (
    <span className="flex flex-wrap gap-x-3 pl-6 text-sm">
      {labels !== null && <Status tone="idle">{knowledge.limited}</Status>}
      {phi && <Status tone="idle">{knowledge.phi}</Status>}
      {suspicions.length > 0 && (
        <Status tone="warn">{knowledge.suspicious(suspicions.length)}</Status>
      )}
    </span>
  )
}

/** How many passages can be found, and the way to them. */
function Chunks({ document: { id, title, chunks } }: { document: Document }) {
  const { knowledge } = useMessages()
  if (chunks === 0) return '–'
  return (
    <Link
      to="/knowledge"
      search={({ start: _start, end: _end, ...rest }) => ({ ...rest, doc: id, chunks: true })}
      resetScroll={false}
      aria-label={knowledge.chunksOf(chunks, title)}
      className="hover:text-accent hover:underline"
    >
      {chunks}
    </Link>
  )
}

/** Failed or waiting for the next attempt: the indexer's own sentence. */
function Reason({ document: { status, error, duplicateOf } }: { document: Document }) {
  const { knowledge } = useMessages()
  const hint = status === 'needs_ocr' ? knowledge.needsOcrHint : null
  const text = error?.message ?? hint ?? (duplicateOf && knowledge.duplicateOf)
  if (!text) return null
  const tone = status === 'failed' ? 'text-bad' : 'text-muted'
  return <span className={`block pl-6 text-sm text-pretty break-words ${tone}`}>{text}</span>
}

const stageText = (stage: string, { knowledge: { stages } }: Messages) =>
  Object.entries(stages).find(([name]) => name === stage)?.[1] ?? stage

function State({ document, onRetry }: { document: Document; onRetry: () => void }) {
  const messages = useMessages()
  const { knowledge, common } = messages
  const mayWrite = usePermission('kb.write')
  const { status, percent, stage, etaSeconds, title } = document
  const word = knowledge.statuses[status]
  if (!isSettled(document)) {
    return (
      <span className="block" title={stageText(stage, messages)}>
        <Status tone="busy">{`${word} ${percent} %`}</Status>
        <span className="mt-1 block">
          <Progress value={percent / 100} label={knowledge.progressOf(title)} />
        </span>
        <span className="mt-0.5 block truncate text-xs text-muted">
          {stageText(stage, messages)}
          {etaSeconds !== null && ` · ${knowledge.eta(etaSeconds)}`}
        </span>
      </span>
    )
  }
  const mayRetry = mayWrite && (status === 'failed' || status === 'cancelled')
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Status tone={TONES[status]}>{word}</Status>
      {mayRetry && (
        <Button
          onClick={onRetry}
          aria-label={knowledge.retryOf(title)}
          className="h-7 px-2 text-sm"
        >
          <RotateCw size={13} aria-hidden /> {common.retry}
        </Button>
      )}
    </span>
  )
}
