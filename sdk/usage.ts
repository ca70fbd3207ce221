/** What an organization's model calls cost, and what they may. Money in whole micro-dollars. */
import type {
  Budget,
  BudgetChange,
  CallPage,
  Dimension,
  UsageReport,
  UsageSummary,
} from '../workers/usage/schemas.ts'
import type { Transport } from './transport.ts'

export interface UsageRange {
  /** Days (UTC), as in 2026-11-26; both count. */
  from: string
  to: string
  /** `day` unless said otherwise. */
  by?: Dimension
}

export class Usage {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Sums of a range of days by one property of the calls. */
  report({ from, to, by = 'day' }: UsageRange, signal?: AbortSignal): Promise<UsageReport> {
    const query = new URLSearchParams({ by, from, to })
    return this.#transport.json(`/api/admin/usage?${query}`, { signal })
  }

  /** Today, this month and its forecast, and hours that stand out. */
  summary(signal?: AbortSignal): Promise<UsageSummary> {
    return this.#transport.json('/api/admin/usage/summary', { signal })
  }

  /** Single provider calls, newest first. */
  calls(
    options: { limit?: number; cursor?: string } = {},
    signal?: AbortSignal,
  ): Promise<CallPage> {
    const { limit = 50, cursor } = options
    const query = new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }) })
    return this.#transport.json(`/api/admin/usage/calls?${query}`, { signal })
  }

  budget(signal?: AbortSignal): Promise<Budget> {
    return this.#transport.json('/api/admin/budget', { signal })
  }

  /** Sets all limits at once; `version` is that of the budget as it was read. */
  setBudget(budget: BudgetChange, signal?: AbortSignal): Promise<Budget> {
    return this.#transport.json('/api/admin/budget', { method: 'PUT', body: budget, signal })
  }
}
