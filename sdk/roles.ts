/** Roles of the current tenant: the built-in ones, and those it made itself. */
import type { NewRole, Role, RoleList, RoleUpdate } from '../workers/identity/tenant-schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/roles'
const at = (name: string) => `${BASE}/${encodeURIComponent(name)}`

export class Roles {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Built-in ones, weakest first, then the tenant's own by name; and what a role can grant. */
  list(): Promise<RoleList> {
    return this.#transport.json(BASE)
  }

  /** It can grant what the caller holds, and no more. */
  create(role: Pick<NewRole, 'name' | 'permissions'> & Partial<NewRole>): Promise<Role> {
    return this.#transport.json(BASE, { method: 'POST', body: role })
  }

  update(name: string, change: RoleUpdate): Promise<Role> {
    return this.#transport.json(at(name), { method: 'PATCH', body: change })
  }

  /** Refused while anybody holds the role or is invited to. */
  async remove(name: string): Promise<void> {
    await this.#transport.send(at(name), { method: 'DELETE' })
  }
}
