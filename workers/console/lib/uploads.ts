/** Files on their way to the server: a few at a time, each with its progress, kept across pages. */
import type { VoiceAssist } from '../../../sdk/client.ts'
import type { Added } from '../../../sdk/documents.ts'
import { fromFailure, VoiceAssistError } from '../../../sdk/errors.ts'

/** The server's limit for one file. */
export const MAX_BYTES = 25 * 1024 * 1024
/** More would only share the same uplink, and leave no connection for the page itself. */
const PARALLEL = 2

export interface Upload {
  readonly id: string
  readonly file: File
  /** The knowledge base it goes to; null: the default one. */
  readonly kb: string | null
  /** 0 to 1. */
  readonly sent: number
  readonly error: VoiceAssistError | null
  /** Its parts on the server, when it goes in parts: what has arrived is not sent again. */
  readonly resume: string | null
}

/** Told of every file that is stored, while someone is there to be told. */
export type OnAdded = (added: Added, name: string) => void

/** Found before a byte is sent: what the server would refuse after all of them. */
function refusalOf({ size }: File): VoiceAssistError | null {
  if (size > 0 && size <= MAX_BYTES) return null
  const code = size === 0 ? 'empty_file' : 'too_large'
  return new VoiceAssistError(code, { code, status: 0, requestId: null })
}

export class Uploads {
  readonly #client: VoiceAssist
  readonly #added = new Set<OnAdded>()
  readonly #listeners = new Set<() => void>()
  readonly #aborts = new Map<string, AbortController>()
  #uploads: readonly Upload[] = []

  constructor(client: VoiceAssist) {
    this.#client = client
  }

  readonly snapshot = (): readonly Upload[] => this.#uploads

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly subscribeAdded = (listener: OnAdded): (() => void) => {
    this.#added.add(listener)
    return () => this.#added.delete(listener)
  }

  /** @param kb The knowledge base they go to; null: the default one */
  add(files: Iterable<File>, kb: string | null): void {
    const added = Array.from(files, (file) => {
      const id = crypto.randomUUID()
      return { id, file, kb, sent: 0, error: refusalOf(file), resume: null }
    })
    this.#set([...this.#uploads, ...added])
    this.#startNext()
  }

  /** Stops an upload that runs, and forgets one that waits or failed. */
  drop(id: string): void {
    this.#aborts.get(id)?.abort()
    this.#set(this.#uploads.filter((upload) => upload.id !== id))
    this.#startNext()
  }

  /** Goes on with one that broke off. */
  retry(id: string): void {
    this.#change(id, { error: null })
    this.#startNext()
  }

  /** Stops and forgets them all. */
  clear(): void {
    this.#set([])
    for (const abort of this.#aborts.values()) abort.abort()
  }

  #startNext() {
    const waiting = this.#uploads.filter(({ id, error }) => !error && !this.#aborts.has(id))
    for (const upload of waiting.slice(0, PARALLEL - this.#aborts.size)) void this.#send(upload)
  }

  async #send({ id, file, kb, resume }: Upload) {
    const abort = new AbortController()
    this.#aborts.set(id, abort)
    const onProgress = (sent: number, total: number) => this.#change(id, { sent: sent / total })
    try {
      const added = await this.#client.documents.upload(file, file.name, {
        onProgress,
        signal: abort.signal,
        onBegun: (begun) => this.#change(id, { resume: begun }),
        ...(kb && { kb }),
        ...(resume && { resume }),
      })
      this.#set(this.#uploads.filter((upload) => upload.id !== id))
      for (const listener of this.#added) listener(added, file.name)
    } catch (thrown) {
      this.#change(id, { error: fromFailure(thrown) })
    } finally {
      this.#aborts.delete(id)
      this.#startNext()
    }
  }

  #change(id: string, change: Partial<Upload>) {
    this.#set(this.#uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)))
  }

  #set(uploads: readonly Upload[]) {
    this.#uploads = uploads
    for (const listener of this.#listeners) listener()
  }
}
