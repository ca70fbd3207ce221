/** What the assistant answers from: files in by drop or choice, their states, out by name. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { BookOpenText, FilePlus2 } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Document } from '../../knowledge/schemas.ts'
import { useDeadLetters, useDocumentActions, useDocuments } from '../lib/document-queries.ts'
import { readStatus } from '../lib/document-status.ts'
import { usePermission } from '../lib/hooks.ts'
import { useServices } from '../lib/services.tsx'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDelete } from '../ui/confirm-delete.tsx'
import { Page } from '../ui/page.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { WithSource } from '../ui/with-source.tsx'
import { DocumentList } from './document-list.tsx'
import { DocumentToolbar } from './document-toolbar.tsx'
import { DropArea } from './drop-area.tsx'
import { BaseChoice } from './knowledge/base-choice.tsx'
import { UploadRows } from './upload-rows.tsx'

const DocumentFacts = lazy(() => import('./knowledge/document-facts.tsx'))
const DocumentHistory = lazy(() => import('./document-history.tsx'))
const DeadLetters = lazy(() => import('./dead-letters.tsx'))

export function KnowledgePage() {
  const search = useSearch({ from: '/shell/knowledge' })
  return (
    <WithSource search={search}>
      <Knowledge />
    </WithSource>
  )
}

/** The file picker, opened by the button or by an address with `add`. */
function useFilePicker() {
  const picker = useRef<HTMLInputElement>(null)
  const { add } = useSearch({ from: '/shell/knowledge' })
  const navigate = useNavigate({ from: '/knowledge' })
  useEffect(() => {
    if (!add) return
    picker.current?.click()
    void navigate({ search: ({ add: _add, ...rest }) => rest, replace: true })
  }, [add, navigate])
  return picker
}

function Knowledge() {
  const { knowledge } = useMessages()
  const { uploads } = useServices()
  const { succeed } = useToasts()
  const mayWrite = usePermission('kb.write')
  const picker = useFilePicker()
  const { kb = null } = useSearch({ from: '/shell/knowledge' })
  const add = (files: Iterable<File>) => uploads.add(files, kb)
  useEffect(
    () =>
      uploads.subscribeAdded(({ isNew }, name) => {
        if (!isNew) succeed(knowledge.duplicate(name))
      }),
    [uploads, succeed, knowledge],
  )
  const action = mayWrite && (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept=".pdf,.docx,.pptx,.xlsx,.epub,.html,.htm,.md,.markdown,.csv,.tsv,.json,.jsonl,.txt,.text"
        onChange={({ currentTarget }) => {
          add(currentTarget.files ?? [])
          currentTarget.value = ''
        }}
      />
      <Button look="primary" onClick={() => picker.current?.click()}>
        <FilePlus2 size={16} aria-hidden />
        <span className="max-sm:sr-only">{knowledge.add}</span>
      </Button>
    </>
  )
  return (
    <Page title={knowledge.title} subtitle={knowledge.subtitle} action={action}>
      <BaseChoice />
      <Documents onAdd={() => picker.current?.click()} />
      {mayWrite && <DropArea onFiles={add} />}
    </Page>
  )
}

function Documents({ onAdd }: { onAdd: () => void }) {
  const { knowledge } = useMessages()
  const { uploads } = useServices()
  const { status, q, kb } = useSearch({ from: '/shell/knowledge' })
  const running = useSyncExternalStore(uploads.subscribe, uploads.snapshot)
  const query = useDocuments(readStatus(status), kb)
  const { retry, reindex, cancel, remove } = useDocumentActions()
  const [condemned, setCondemned] = useState<Document | null>(null)
  const [told, setTold] = useState<Document | null>(null)
  const [described, setDescribed] = useState<Document | null>(null)
  const all = query.data?.pages.flatMap(({ items }) => items) ?? []
  const wanted = (q ?? '').toLowerCase()
  const shown = all.filter(({ title }) => title.toLowerCase().includes(wanted))
  return (
    <>
      <DocumentToolbar>
        <FailedCommands hasFailed={all.some((document) => document.status === 'failed')} />
      </DocumentToolbar>
      {running.length > 0 && (
        <UploadRows
          uploads={running}
          onDrop={(id) => uploads.drop(id)}
          onRetry={(id) => uploads.retry(id)}
        />
      )}
      <DocumentList
        query={query}
        documents={shown}
        isFiltered={Boolean(status ?? q)}
        isUploading={running.length > 0}
        emptyIcon={<BookOpenText size={32} />}
        onAdd={onAdd}
        onRetry={(document) => void retry(document)}
        onReindex={(document) => void reindex(document)}
        onCancel={(document) => void cancel(document)}
        onHistory={setTold}
        onFacts={setDescribed}
        onDelete={setCondemned}
      />
      {described && (
        <Suspense>
          <DocumentFacts document={described} onClose={() => setDescribed(null)} />
        </Suspense>
      )}
      {told && (
        <Suspense>
          <DocumentHistory document={told} onClose={() => setTold(null)} />
        </Suspense>
      )}
      {condemned && (
        <ConfirmDelete
          title={knowledge.deleteTitle}
          hint={knowledge.deleteHint}
          name={condemned.title}
          label={knowledge.typeName(condemned.title)}
          onClose={() => setCondemned(null)}
          onConfirm={async () => {
            await remove(condemned)
            setCondemned(null)
          }}
        />
      )}
    </>
  )
}

/** Where something failed: all of it again, and what was given up. */
function FailedCommands({ hasFailed }: { hasFailed: boolean }) {
  const { knowledge } = useMessages()
  const mayWrite = usePermission('kb.write')
  const { retryFailed } = useDocumentActions()
  const letters = useDeadLetters(mayWrite && hasFailed)
  const [isOpen, setIsOpen] = useState(false)
  const count = letters.data?.length ?? 0
  if (!mayWrite) return null
  return (
    <>
      {hasFailed && <Button onClick={() => void retryFailed()}>{knowledge.retryAll}</Button>}
      {count > 0 && <Button onClick={() => setIsOpen(true)}>{knowledge.deadLetters(count)}</Button>}
      {isOpen && (
        <Suspense>
          <DeadLetters onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
