/** Running the platform: accounts, bans, acting as somebody else, tenants in numbers and their plans. */
import type {
  Account,
  AccountList,
  NewBan,
  NewImpersonation,
  TenantPlan,
} from '../workers/identity/platform-schemas.ts'
import type { Session } from '../workers/identity/schemas.ts'
import type { TenantCountsPage } from '../workers/identity/tenant-schemas.ts'
import type { Transport } from './transport.ts'

const ADMIN = '/api/admin'
const banOf = (id: string) => `${ADMIN}/accounts/${encodeURIComponent(id)}/ban`
const planOf = (tenantId: string) => `${ADMIN}/tenants/${encodeURIComponent(tenantId)}/plan`

export interface TenantCountsQuery {
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export class Platform {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** @returns null when no account has this very address */
  async findAccount(email: string): Promise<Account | null> {
    const query = new URLSearchParams({ email })
    const { items } = await this.#transport.json<AccountList>(`${ADMIN}/accounts?${query}`)
    return items[0] ?? null
  }

  /** Ends all its sessions; said again it replaces the ban there is. */
  ban(accountId: string, ban: NewBan): Promise<Account> {
    return this.#transport.json(banOf(accountId), { method: 'POST', body: ban })
  }

  async liftBan(accountId: string): Promise<void> {
    await this.#transport.send(banOf(accountId), { method: 'DELETE' })
  }

  /** For an hour at most. @returns the session as that member */
  actAs(member: NewImpersonation): Promise<Session> {
    return this.#transport.json(`${ADMIN}/impersonation`, { method: 'POST', body: member })
  }

  /** One page of all tenants, in the order of ids. */
  tenants({ limit, cursor, signal }: TenantCountsQuery = {}): Promise<TenantCountsPage> {
    const query = new URLSearchParams()
    if (limit) query.set('limit', String(limit))
    if (cursor) query.set('cursor', cursor)
    return this.#transport.json(`${ADMIN}/tenants?${query}`, { signal })
  }

  plan(tenantId: string): Promise<TenantPlan> {
    return this.#transport.json(planOf(tenantId))
  }

  /** @param plan Null for what the deployment says */
  setPlan(tenantId: string, plan: TenantPlan['plan']): Promise<TenantPlan> {
    return this.#transport.json(planOf(tenantId), { method: 'PUT', body: { plan } })
  }
}
