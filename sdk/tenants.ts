/** The tenants one belongs to. Which of them a call is about is said by its token. */
import type { Session } from '../workers/identity/schemas.ts'
import type { Tenant, TenantList } from '../workers/identity/tenant-schemas.ts'
import type { Transport } from './transport.ts'

const CURRENT = '/api/tenant'

export class Tenants {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** In the order they were joined. */
  list(): Promise<TenantList> {
    return this.#transport.json('/api/tenants')
  }

  /** A new one with the caller as its owner; `switchTo` works in it. */
  create(name: string): Promise<Tenant> {
    return this.#transport.json('/api/tenants', { method: 'POST', body: { name } })
  }

  /** Works in another tenant from here on. @returns the session there, with a new access token */
  switchTo(tenantId: string): Promise<Session> {
    return this.#transport.json('/api/auth/switch-tenant', { method: 'POST', body: { tenantId } })
  }

  /** The one the token speaks for. */
  current(): Promise<Tenant> {
    return this.#transport.json(CURRENT)
  }

  rename(name: string): Promise<Tenant> {
    return this.#transport.json(CURRENT, { method: 'PATCH', body: { name } })
  }

  /** Has everything of it deleted in seven days. @param name Its own name, typed by hand */
  requestDeletion(name: string): Promise<Tenant> {
    return this.#transport.json(`${CURRENT}/deletion`, { method: 'POST', body: { name } })
  }

  /** @throws VoiceAssistError `not_found` when nobody asked for a deletion */
  async cancelDeletion(): Promise<void> {
    await this.#transport.send(`${CURRENT}/deletion`, { method: 'DELETE' })
  }

  /** Ends the own membership of the current tenant. */
  async leave(): Promise<void> {
    await this.#transport.send(`${CURRENT}/leave`, { method: 'POST' })
  }
}
