/** API keys of the current tenant. A key itself is in the answer that made it, and nowhere else. */
import type {
  ApiKeyPage,
  ApiKeySecret,
  NewApiKey,
  Rotation,
} from '../workers/identity/api-key-schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/api-keys'
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`

export interface ApiKeyQuery {
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export class ApiKeys {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first. */
  page({ limit, cursor, signal }: ApiKeyQuery = {}): Promise<ApiKeyPage> {
    const query = new URLSearchParams()
    if (limit) query.set('limit', String(limit))
    if (cursor) query.set('cursor', cursor)
    return this.#transport.json(`${BASE}?${query}`, { signal })
  }

  create(key: Pick<NewApiKey, 'name'> & Partial<NewApiKey>): Promise<ApiKeySecret> {
    return this.#transport.json(BASE, { method: 'POST', body: key })
  }

  /** A new secret; the one so far stays valid for `overlapHours`. */
  rotate(id: string, rotation: Partial<Rotation> = {}): Promise<ApiKeySecret> {
    return this.#transport.json(`${at(id)}/rotate`, { method: 'POST', body: rotation })
  }

  /** For good; refused everywhere within a minute. */
  async revoke(id: string): Promise<void> {
    await this.#transport.send(at(id), { method: 'DELETE' })
  }
}
