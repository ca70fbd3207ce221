/** Feature flags as administrators see them; evaluation is OFREP's, with any OpenFeature client. */
import type { AnalyticsQuery, FlagAnalytics } from '../workers/flags/analytics-schemas.ts'
import type { Flag, FlagChange, FlagPage, NewFlag } from '../workers/flags/schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/feature-flags'
const at = (name: string) => `${BASE}/${encodeURIComponent(name)}`

export interface FlagQuery {
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export class Flags {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, in the order of names; `cursor` is the `nextCursor` of the page before. */
  page({ limit, cursor, signal }: FlagQuery = {}): Promise<FlagPage> {
    const query = new URLSearchParams()
    if (limit) query.set('limit', String(limit))
    if (cursor) query.set('cursor', cursor)
    return this.#transport.json(`${BASE}?${query}`, { signal })
  }

  /** Every flag, page by page as the loop asks for them. */
  async *list(query: Omit<FlagQuery, 'cursor'> = {}): AsyncGenerator<Flag, void, undefined> {
    let cursor: string | null = null
    do {
      const page: FlagPage = await this.page(cursor ? { ...query, cursor } : query)
      yield* page.items
      cursor = page.nextCursor
    } while (cursor)
  }

  /** How often it was evaluated, by variant and reason over time. */
  analytics(name: string, { environment, granularity, from, to }: Partial<AnalyticsQuery> = {}) {
    const query = new URLSearchParams()
    for (const [field, value] of Object.entries({ environment, granularity, from, to })) {
      if (value !== undefined) query.set(field, value)
    }
    return this.#transport.json<FlagAnalytics>(`${at(name)}/analytics?${query}`)
  }

  get(name: string): Promise<Flag> {
    return this.#transport.json(at(name))
  }

  create(flag: Pick<NewFlag, 'name'> & Partial<NewFlag>): Promise<Flag> {
    return this.#transport.json(BASE, { method: 'POST', body: flag })
  }

  update(name: string, change: FlagChange): Promise<Flag> {
    return this.#transport.json(at(name), { method: 'PATCH', body: change })
  }

  /** Sets the flag to `enabled`; asking for a state, not for a flip, makes a repeat harmless. */
  toggle(name: string, enabled: boolean): Promise<Flag> {
    return this.#transport.json(`${at(name)}/toggle`, { method: 'POST', body: { enabled } })
  }

  async remove(name: string): Promise<void> {
    await this.#transport.send(at(name), { method: 'DELETE' })
  }
}
