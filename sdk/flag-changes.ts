/** What a flag was and what it may become: versions, drafts, schedules; and overrides of single units. */
import type { Environment, NewOverride, OverridePage } from '../workers/flags/audience-schemas.ts'
import type { Diff, Draft, HistoryPage, NewDraft } from '../workers/flags/history-schemas.ts'
import type { NewSchedule, Schedule } from '../workers/flags/schedule-schemas.ts'
import type { Flag } from '../workers/flags/schemas.ts'
import type { Transport } from './transport.ts'

const at = (name: string) => `/api/admin/feature-flags/${encodeURIComponent(name)}`
const SCHEDULES = '/api/admin/flag-schedules'

interface Items<Item> {
  items: Item[]
}

export class FlagChanges {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  environments(): Promise<Items<Environment>> {
    return this.#transport.json('/api/admin/flag-environments')
  }

  /** The newest versions. */
  history(name: string, limit = 20): Promise<HistoryPage> {
    return this.#transport.json(`${at(name)}/history?limit=${limit}`)
  }

  /** Against the version before. */
  diff(name: string, version: number): Promise<Diff> {
    return this.#transport.json(`${at(name)}/history/${version}/diff`)
  }

  restore(name: string, version: number): Promise<Flag> {
    return this.#transport.json(`${at(name)}/restore`, { method: 'POST', body: { version } })
  }

  drafts(name: string): Promise<Items<Draft>> {
    return this.#transport.json(`${at(name)}/drafts`)
  }

  propose(name: string, draft: NewDraft): Promise<Draft> {
    return this.#transport.json(`${at(name)}/drafts`, { method: 'POST', body: draft })
  }

  async approve(name: string, draft: string): Promise<void> {
    await this.#transport.send(`${at(name)}/drafts/${draft}/approve`, { method: 'POST' })
  }

  /** @param emergency Why it cannot wait for its approvals: then it is on record as that. */
  async publish(name: string, draft: string, emergency?: string): Promise<void> {
    const body = emergency === undefined ? {} : { emergency }
    await this.#transport.send(`${at(name)}/drafts/${draft}/publish`, { method: 'POST', body })
  }

  async discard(name: string, draft: string): Promise<void> {
    await this.#transport.send(`${at(name)}/drafts/${draft}`, { method: 'DELETE' })
  }

  overrides(name: string, environment: string): Promise<OverridePage> {
    return this.#transport.json(`${at(name)}/overrides?environment=${environment}&limit=200`)
  }

  async setOverride(
    name: string,
    override: Omit<NewOverride, 'expiresAt'> & { expiresAt?: string },
  ): Promise<void> {
    await this.#transport.send(`${at(name)}/overrides`, { method: 'POST', body: override })
  }

  async removeOverride(name: string, environment: string, unit: string): Promise<void> {
    const path = `${at(name)}/overrides/${encodeURIComponent(unit)}?environment=${environment}`
    await this.#transport.send(path, { method: 'DELETE' })
  }

  schedules(flag: string, environment: string): Promise<Items<Schedule>> {
    const query = new URLSearchParams({ flag, environment })
    return this.#transport.json(`${SCHEDULES}?${query}`)
  }

  schedule(flag: string, schedule: NewSchedule): Promise<Schedule> {
    return this.#transport.json(`${at(flag)}/schedules`, { method: 'POST', body: schedule })
  }

  async moveSchedule(id: string, how: 'pause' | 'resume' | 'cancel'): Promise<void> {
    await this.#transport.send(`${SCHEDULES}/${id}/${how}`, { method: 'POST' })
  }
}
