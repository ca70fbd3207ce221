import type {
  Document,
  DocumentPage,
  DocumentText,
  Job,
  Submitted,
} from '../workers/knowledge/schemas.ts'
/** The knowledge base: put documents in, follow their indexing, read the text answers cite. */
import { readEventStream } from './event-stream.ts'
import { pause, trustWire, type Transport } from './transport.ts'
import { sendUpload, type UploadOptions } from './upload.ts'

const BASE = '/api/admin/kb'
const at = (id: string) => `${BASE}/documents/${encodeURIComponent(id)}`

/** Between two connections of `watch`, when the first ended before the job did. */
const RECONNECT_MS = 1_000

export interface DocumentQuery {
  status?: Document['status']
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

/** `isNew` is false when the same bytes were there already; `document` is then the existing one. */
export interface Added extends Submitted {
  isNew: boolean
}

/** True when indexing will change the document no more by itself. */
export function isSettled({ status }: Pick<Job, 'status'>): boolean {
  return (
    status === 'ready' || status === 'failed' || status === 'needs_ocr' || status === 'cancelled'
  )
}

export class Documents {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Sends one file (25 MB at most) and returns as soon as it is stored; indexing follows. */
  async upload(file: Blob, name: string, options: UploadOptions = {}): Promise<Added> {
    const form = new FormData()
    form.set('file', file, name)
    const upload = { ...options, path: `${BASE}/documents`, form, bytes: file.size }
    const { status, value } = await sendUpload<Submitted>(this.#transport, upload)
    return { ...value, isNew: status === 202 }
  }

  /** One page, newest first. */
  page({ status, limit, cursor, signal }: DocumentQuery = {}): Promise<DocumentPage> {
    const query = new URLSearchParams()
    if (status) query.set('status', status)
    if (limit) query.set('limit', String(limit))
    if (cursor) query.set('cursor', cursor)
    return this.#transport.json(`${BASE}/documents?${query}`, { signal })
  }

  /** Every document, page by page as the loop asks for them. */
  async *list(
    query: Omit<DocumentQuery, 'cursor'> = {},
  ): AsyncGenerator<Document, void, undefined> {
    let cursor: string | null = null
    do {
      const page: DocumentPage = await this.page(cursor ? { ...query, cursor } : query)
      yield* page.items
      cursor = page.nextCursor
    } while (cursor)
  }

  get(id: string): Promise<Document> {
    return this.#transport.json(at(id))
  }

  /** The canonical text: the space the spans of citations live in. */
  text(id: string, signal?: AbortSignal): Promise<DocumentText> {
    return this.#transport.json(`${at(id)}/text`, { signal })
  }

  retry(id: string): Promise<Submitted> {
    return this.#transport.json(`${at(id)}/retry`, { method: 'POST' })
  }

  async remove(id: string): Promise<void> {
    await this.#transport.send(at(id), { method: 'DELETE' })
  }

  /** The job each time it changes, until it has settled; reconnects when the stream breaks. */
  async *watch(jobId: string, signal?: AbortSignal): AsyncGenerator<Job, void, undefined> {
    const path = `${BASE}/jobs/${encodeURIComponent(jobId)}/events`
    for (;;) {
      const response = await this.#transport.send(path, { accept: 'text/event-stream', signal })
      for await (const { event, data } of readEventStream(response.body ?? new ReadableStream())) {
        if (event !== 'progress') continue
        const job = trustWire<Job>(JSON.parse(data))
        yield job
        if (isSettled(job)) return
      }
      await pause(RECONNECT_MS, signal)
      if (signal?.aborted) return
    }
  }
}
