/**
 * OAuth clients of the current tenant. Where the provider is off, every call is refused as
 * `not_found`. A secret is in the answer that made it, and nowhere else.
 */
import type {
  NewOAuthClient,
  OAuthClientPage,
  OAuthClientSecret,
  OAuthRotation,
} from '../workers/identity/oauth-client-schemas.ts'
import type { ConsentList } from '../workers/identity/oauth-schemas.ts'
import type { Transport } from './transport.ts'

const CLIENTS = '/api/admin/oauth-clients'
const CONSENTS = '/api/auth/oauth/consents'
const at = (base: string, id: string) => `${base}/${encodeURIComponent(id)}`

export interface ApplicationQuery {
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

type NewApplication = Pick<NewOAuthClient, 'name' | 'type' | 'grantTypes' | 'scopes'> &
  Partial<NewOAuthClient>

export class Applications {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first. */
  page({ limit, cursor, signal }: ApplicationQuery = {}): Promise<OAuthClientPage> {
    const query = new URLSearchParams()
    if (limit) query.set('limit', String(limit))
    if (cursor) query.set('cursor', cursor)
    return this.#transport.json(`${CLIENTS}?${query}`, { signal })
  }

  register(client: NewApplication): Promise<OAuthClientSecret> {
    return this.#transport.json(CLIENTS, { method: 'POST', body: client })
  }

  /** A new secret; the one so far stays valid for `overlapHours`. */
  rotate(id: string, rotation: Partial<OAuthRotation> = {}): Promise<OAuthClientSecret> {
    return this.#transport.json(`${at(CLIENTS, id)}/rotate`, { method: 'POST', body: rotation })
  }

  /** For good, with every authorization it has. */
  async revoke(id: string): Promise<void> {
    await this.#transport.send(at(CLIENTS, id), { method: 'DELETE' })
  }
}

/** What one let applications do, in whatever tenant. */
export class Consents {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  list(): Promise<ConsentList> {
    return this.#transport.json(CONSENTS)
  }

  /** @param clientId The application to shut out */
  async withdraw(clientId: string): Promise<void> {
    await this.#transport.send(at(CONSENTS, clientId), { method: 'DELETE' })
  }
}
