/** Changes of segments and overrides that others approve, and how many approvals an environment asks for. */
import type { Environment, EnvironmentChange } from '../workers/flags/audience-schemas.ts'
import type { NewProposal, Proposal } from '../workers/flags/proposal-schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/flag-proposals'

export class FlagProposals {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Those that are open, the newest first. */
  open(): Promise<{ items: Proposal[] }> {
    return this.#transport.json(BASE)
  }

  propose(proposal: NewProposal): Promise<Proposal> {
    return this.#transport.json(BASE, { method: 'POST', body: proposal })
  }

  /** @throws VoiceAssistError `forbidden` for one's own */
  async approve(id: string): Promise<void> {
    await this.#transport.send(`${BASE}/${id}/approve`, { method: 'POST' })
  }

  /** @param emergency Why it cannot wait for its approvals: then it is on record as that. */
  async publish(id: string, emergency?: string): Promise<void> {
    const body = emergency === undefined ? {} : { emergency }
    await this.#transport.send(`${BASE}/${id}/publish`, { method: 'POST', body })
  }

  async discard(id: string): Promise<void> {
    await this.#transport.send(`${BASE}/${id}`, { method: 'DELETE' })
  }

  setEnvironment(name: string, change: EnvironmentChange): Promise<Environment> {
    const path = `/api/admin/flag-environments/${encodeURIComponent(name)}`
    return this.#transport.json(path, { method: 'PUT', body: change })
  }
}
