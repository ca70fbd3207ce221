/** Searching without an answer, and why something is not found. */
import type { Explained, ExplainQuery } from '../workers/knowledge/explain-schemas.ts'
import type { SearchQuery, SearchResult } from '../workers/knowledge/search-schemas.ts'
import type { Transport } from './transport.ts'

export type SearchOptions = Partial<Omit<SearchQuery, 'query'>>

export class Searches {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The best chunks, best first, with every score. */
  find(query: string, options: SearchOptions = {}, signal?: AbortSignal): Promise<SearchResult> {
    const body = { query, ...options }
    return this.#transport.json('/api/search', { method: 'POST', body, signal })
  }

  /** Where a document or one of its chunks stands for a query, and what kept it out. */
  explain(asked: Partial<ExplainQuery> & Pick<ExplainQuery, 'query' | 'documentId'>) {
    return this.#transport.json<Explained>('/api/search/explain', { method: 'POST', body: asked })
  }
}
