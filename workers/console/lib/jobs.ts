/** Indexing runs this tab started, followed live; what others started is found by polling. */
import type { QueryClient } from '@tanstack/react-query'
import type { VoiceAssist } from '../../../sdk/client.ts'
import type { Job } from '../../knowledge/schemas.ts'
import { BASES, changeDocument, DOCUMENTS } from './document-cache.ts'

/** Over HTTP/1.1 a browser opens six connections to a host; streams must not take them all. */
const STREAMS = 2

export class Jobs {
  readonly #client: VoiceAssist
  readonly #queries: QueryClient
  readonly #listeners = new Set<(job: Job) => void>()
  #open = 0

  constructor(client: VoiceAssist, queries: QueryClient) {
    this.#client = client
    this.#queries = queries
  }

  /** Tells of each step of the jobs that are followed. */
  readonly subscribe = (listener: (job: Job) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Shows each step of the job in every list that has its document. */
  async follow(jobId: string): Promise<void> {
    if (this.#open >= STREAMS) return
    this.#open += 1
    try {
      for await (const job of this.#client.documents.watch(jobId)) this.#show(job)
    } catch {
      // The list is polled while anything in it is unsettled, so a lost stream costs a second.
    } finally {
      this.#open -= 1
      void this.#queries.invalidateQueries({ queryKey: DOCUMENTS })
      void this.#queries.invalidateQueries({ queryKey: BASES })
    }
  }

  #show(job: Job) {
    const { documentId, status, stage, percent, etaSeconds, error, updatedAt } = job
    changeDocument(this.#queries, documentId, (document) => ({
      ...document,
      status,
      stage,
      percent,
      etaSeconds,
      error,
      updatedAt,
    }))
    for (const listener of this.#listeners) listener(job)
  }
}
