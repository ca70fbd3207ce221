/**
 * Files, vector stores and what is in them, as OpenAI's clients read them. A vector store is a knowledge
 * base, a file in one is a document. https://platform.openai.com/docs/api-reference/vector-stores
 */

/** What is needed of a document. */
export interface DocumentFacts {
  id: string
  fileName: string
  bytes: number
  status: string
  error: { code: string; message: string } | null
  createdAt: string
  attributes: Record<string, string | number | boolean>
}

export interface LooseFacts {
  id: string
  fileName: string
  bytes: number
  createdAt: Date
}

const secondsOf = (time: string | Date) => Math.floor(new Date(time).getTime() / 1000)

/** Seconds that a file is kept which is in no vector store. */
const LOOSE_SECONDS = 24 * 60 * 60

const purpose = 'assistants' as const

export function looseFileOf({ id, fileName: filename, bytes, createdAt }: LooseFacts) {
  const created_at = secondsOf(createdAt)
  const facts = { id, object: 'file' as const, bytes, created_at, filename, purpose }
  return { ...facts, expires_at: created_at + LOOSE_SECONDS, status: 'uploaded' as const }
}

export function fileOf({ id, fileName: filename, bytes, createdAt, status, error }: DocumentFacts) {
  const created_at = secondsOf(createdAt)
  const facts = { id, object: 'file' as const, bytes, created_at, filename, purpose }
  const state = FILE_STATUS[statusOf(status)]
  return { ...facts, status: state, ...(error && { status_details: error.message }) }
}

export const STATUSES = ['in_progress', 'completed', 'cancelled', 'failed'] as const
export type Status = (typeof STATUSES)[number]

const FILE_STATUS = {
  in_progress: 'uploaded',
  completed: 'processed',
  cancelled: 'uploaded',
  failed: 'error',
} as const

/** Of the states of an indexing run. */
export function statusOf(status: string): Status {
  if (status === 'ready') return 'completed'
  if (status === 'cancelled') return 'cancelled'
  return status === 'failed' || status === 'needs_ocr' ? 'failed' : 'in_progress'
}

/** Faults of the file itself; every other failure is ours. */
const FAULTS: Readonly<Record<string, 'unsupported_file' | 'invalid_file'>> = {
  needs_ocr: 'unsupported_file',
  unsupported: 'unsupported_file',
  encrypted: 'unsupported_file',
  corrupt: 'invalid_file',
  empty: 'invalid_file',
  too_many_pages: 'invalid_file',
  too_long: 'invalid_file',
  unsafe: 'invalid_file',
}

export function storeFileOf(storeId: string, document: DocumentFacts) {
  const { id, bytes, error, attributes } = document
  const status = statusOf(document.status)
  const code = FAULTS[error?.code ?? ''] ?? ('server_error' as const)
  const failure = status === 'failed' && error ? { code, message: error.message } : null
  return {
    id,
    object: 'vector_store.file' as const,
    created_at: secondsOf(document.createdAt),
    vector_store_id: storeId,
    status,
    last_error: failure,
    usage_bytes: status === 'completed' ? bytes : 0,
    attributes,
    chunking_strategy: { type: 'other' as const },
  }
}

export type Counts = Record<Status | 'total', number>

export function countsOf(states: readonly { status: string; files: number }[]): Counts {
  const counts: Counts = { in_progress: 0, completed: 0, cancelled: 0, failed: 0, total: 0 }
  for (const { status, files } of states) {
    counts[statusOf(status)] += files
    counts.total += files
  }
  return counts
}

interface StoreFacts {
  id: string
  name: string
  createdAt: string
  updatedAt: string
}

interface Holding {
  status: string
  files: number
  bytes: number
}

export function storeOf({ id, name, createdAt, updatedAt }: StoreFacts, held: readonly Holding[]) {
  const file_counts = countsOf(held)
  return {
    id,
    object: 'vector_store' as const,
    created_at: secondsOf(createdAt),
    name,
    usage_bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
    file_counts,
    status: file_counts.in_progress > 0 ? ('in_progress' as const) : ('completed' as const),
    expires_after: null,
    expires_at: null,
    last_active_at: secondsOf(updatedAt),
    metadata: {},
  }
}

interface BatchFacts {
  id: string
  kbId: string
  createdAt: Date
  cancelledAt: Date | null
  documents: readonly DocumentFacts[]
}

export function batchOf({ id, kbId, createdAt, cancelledAt, documents }: BatchFacts) {
  const file_counts = countsOf(documents.map(({ status }) => ({ status, files: 1 })))
  const over = cancelledAt ? ('cancelled' as const) : ('completed' as const)
  return {
    id,
    object: 'vector_store.files_batch' as const,
    created_at: secondsOf(createdAt),
    vector_store_id: kbId,
    status: file_counts.in_progress > 0 ? ('in_progress' as const) : over,
    file_counts,
  }
}

/** A page as these lists have it. @param found One more than the page has, where there are more */
export function pageOf<Item extends { id: string }>(found: readonly Item[], limit: number) {
  const data = found.slice(0, limit)
  const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null]
  return { object: 'list' as const, data, first_id, last_id, has_more: found.length > data.length }
}

export const deletedOf = <Kind extends string>(id: string, object: Kind) => ({
  id,
  object,
  deleted: true as const,
})
