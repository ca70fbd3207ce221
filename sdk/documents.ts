import type { DocumentFacts } from '../workers/knowledge/access-schemas.ts'
import type { ChunkPage } from '../workers/knowledge/chunk-schemas.ts'
import type {
  DeadLetterPage,
  Document,
  DocumentEvents,
  DocumentPage,
  DocumentText,
  Job,
  RetriedAll,
  Submitted,
} from '../workers/knowledge/schemas.ts'
/** The knowledge base: put documents in, follow their indexing, read the text answers cite. */
import { readEventStream } from './event-stream.ts'
import { pause, trustWire, type Transport } from './transport.ts'
import { type PartsOptions, sendInParts } from './upload-parts.ts'
import { sendUpload } from './upload.ts'

const BASE = '/api/admin/kb'
const at = (id: string) => `${BASE}/documents/${encodeURIComponent(id)}`

/** Bytes above which a file goes in parts. */
const IN_PARTS_ABOVE = 8 * 1024 * 1024

/** Between two connections of `watch`, when the first ended before the job did. */
const RECONNECT_MS = 1_000

export interface DocumentQuery {
  status?: Document['status']
  /** The knowledge base; all when left out. */
  kb?: string
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

  /**
   * Sends one file (25 MB at most) and returns as soon as it is stored; indexing follows. Above 8 MB it
   * goes in parts, and `resume` goes on with an upload that broke off.
   */
  async upload(file: Blob, name: string, options: PartsOptions = {}): Promise<Added> {
    const { status, value } = await this.#send(file, name, options)
    return { ...value, isNew: status === 202 }
  }

  #send(file: Blob, name: string, options: PartsOptions) {
    if (file.size > IN_PARTS_ABOVE) return sendInParts(this.#transport, { file, name }, options)
    const body = new FormData()
    body.set('file', file, name)
    const { onProgress, signal, kb } = options
    const path = kb ? `${BASE}/documents?${new URLSearchParams({ kb })}` : `${BASE}/documents`
    const upload = { onProgress, signal, path, body, bytes: file.size }
    return sendUpload<Submitted>(this.#transport, upload)
  }

  /** One page, newest first. */
  page({ status, kb, limit, cursor, signal }: DocumentQuery = {}): Promise<DocumentPage> {
    const query = new URLSearchParams()
    if (status) query.set('status', status)
    if (kb) query.set('kb', kb)
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

  /** How the text was cut, in reading order; 1,000 at most. */
  chunks(id: string, cursor?: string | null, signal?: AbortSignal): Promise<ChunkPage> {
    const query = new URLSearchParams({ limit: '1000', ...(cursor && { cursor }) })
    return this.#transport.json(`${at(id)}/chunks?${query}`, { signal })
  }

  /** Who may read it and what is known of it; what is left out stays. */
  change(id: string, change: Partial<DocumentFacts>): Promise<Document> {
    return this.#transport.json(at(id), { method: 'PATCH', body: change })
  }

  /** Begins a new run, whatever the last one came to. */
  retry(id: string): Promise<Submitted> {
    return this.#transport.json(`${at(id)}/retry`, { method: 'POST' })
  }

  /** All that failed, 50 at most; `hasMore` says whether to ask again. */
  retryFailed(): Promise<RetriedAll> {
    return this.#transport.json(`${BASE}/failed-documents/retry`, { method: 'POST' })
  }

  /** Reads the stored file again; its old text is found until the new one is. */
  reindex(id: string): Promise<Submitted> {
    return this.#transport.json(`${at(id)}/reindex`, { method: 'POST' })
  }

  /** Ends the run; one that is over stays as it is. */
  cancel(id: string): Promise<Submitted> {
    return this.#transport.json(`${at(id)}/cancel`, { method: 'POST' })
  }

  /** What became of its runs, newest first. */
  events(id: string, signal?: AbortSignal): Promise<DocumentEvents> {
    return this.#transport.json(`${at(id)}/events`, { signal })
  }

  /** Parts of documents that were given up, newest first. */
  deadLetters(cursor?: string | null, signal?: AbortSignal): Promise<DeadLetterPage> {
    const query = cursor ? `?${new URLSearchParams({ cursor })}` : ''
    return this.#transport.json(`${BASE}/dead-letters${query}`, { signal })
  }

  /** Goes on where the run stopped. */
  replay(letterId: string): Promise<Submitted> {
    const path = `${BASE}/dead-letters/${encodeURIComponent(letterId)}/replay`
    return this.#transport.json(path, { method: 'POST' })
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
