/** Feature flags as administrators see them; evaluation is OFREP's, with any OpenFeature client. */
import type { Transport } from './transport.ts'
import type { Flag } from './wire.ts'

const BASE = '/api/admin/feature-flags'
const at = (name: string) => `${BASE}/${encodeURIComponent(name)}`

export type NewFlag = Pick<Flag, 'name' | 'description' | 'enabled' | 'defaultValue'>

export class Flags {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  list(signal?: AbortSignal): Promise<Flag[]> {
    return this.#transport.json(BASE, { signal })
  }

  get(name: string): Promise<Flag> {
    return this.#transport.json(at(name))
  }

  create(flag: NewFlag): Promise<Flag> {
    return this.#transport.json(BASE, { method: 'POST', body: flag })
  }

  update(name: string, change: Partial<Omit<NewFlag, 'name'>>): Promise<Flag> {
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
