/** People of the current tenant, and invitations that wait for an answer. */
import type {
  InvitationPage,
  Member,
  MemberPage,
  NewInvitation,
  SentInvitation,
} from '../workers/identity/tenant-schemas.ts'
import type { Transport } from './transport.ts'

const MEMBERS = '/api/admin/users'
const INVITATIONS = '/api/admin/invitations'
const at = (base: string, id: string) => `${base}/${encodeURIComponent(id)}`

export interface MemberListQuery {
  /** Part of a name or an address. */
  q?: string
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export class Members {
  readonly invitations: Invitations
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.invitations = new Invitations(transport)
    this.#transport = transport
  }

  /** One page, in the order they joined; `cursor` is the `nextCursor` of the page before. */
  page({ q, limit, cursor, signal }: MemberListQuery = {}): Promise<MemberPage> {
    const query = new URLSearchParams()
    if (q) query.set('q', q)
    if (limit) query.set('limit', String(limit))
    if (cursor) query.set('cursor', cursor)
    return this.#transport.json(`${MEMBERS}?${query}`, { signal })
  }

  setRole(id: string, role: string): Promise<Member> {
    return this.#transport.json(at(MEMBERS, id), { method: 'PATCH', body: { role } })
  }

  /** Out of the tenant; their account and other tenants stay. */
  async remove(id: string): Promise<void> {
    await this.#transport.send(at(MEMBERS, id), { method: 'DELETE' })
  }
}

class Invitations {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, oldest first. */
  page({ limit, cursor, signal }: Omit<MemberListQuery, 'q'> = {}): Promise<InvitationPage> {
    const query = new URLSearchParams()
    if (limit) query.set('limit', String(limit))
    if (cursor) query.set('cursor', cursor)
    return this.#transport.json(`${INVITATIONS}?${query}`, { signal })
  }

  /** Mails a link; the answer has it too, this once. */
  send(invitation: NewInvitation): Promise<SentInvitation> {
    return this.#transport.json(INVITATIONS, { method: 'POST', body: invitation })
  }

  /** A new link for seven more days; the old one ends. */
  resend(id: string): Promise<SentInvitation> {
    return this.#transport.json(`${at(INVITATIONS, id)}/resend`, { method: 'POST' })
  }

  async withdraw(id: string): Promise<void> {
    await this.#transport.send(at(INVITATIONS, id), { method: 'DELETE' })
  }
}
