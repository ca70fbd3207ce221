/** What an organization's model calls cost, and what they may. Money in whole micro-dollars. */
import type {
  CallPage,
  ProviderCall,
  Property,
  UsageDays,
  UsageFilter,
  UsageQuery,
  UsageReport,
  UsageSummary,
} from '../workers/usage/report-schemas.ts'
import type { Budget, BudgetChange } from '../workers/usage/schemas.ts'
import { searchOf, type Transport } from './transport.ts'

const BASE = '/api/admin/usage'

/** Days (UTC), as in 2026-11-26; both count. */
export interface UsageRange {
  from: string
  to: string
}

export interface CallListQuery extends UsageFilter, Partial<UsageRange> {
  limit?: number
  cursor?: string
}

export class Usage {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Sums of a range of days by one property of the calls; `day` unless said otherwise. */
  report(
    query: UsageRange & UsageFilter & { by?: UsageQuery['by'] },
    signal?: AbortSignal,
  ): Promise<UsageReport> {
    return this.#transport.json(`${BASE}?${searchOf(query)}`, { signal })
  }

  /** The same by day, split into the four dearest of a property and the rest. */
  days(
    query: UsageRange & UsageFilter & { by?: Property },
    signal?: AbortSignal,
  ): Promise<UsageDays> {
    return this.#transport.json(`${BASE}/days?${searchOf(query)}`, { signal })
  }

  /** What each organization spent; for those who run the platform. */
  tenants(range: UsageRange, signal?: AbortSignal): Promise<UsageReport> {
    return this.#transport.json(`${BASE}/tenants?${searchOf(range)}`, { signal })
  }

  /** Today, this month and its forecast, and hours that stand out. */
  summary(signal?: AbortSignal): Promise<UsageSummary> {
    return this.#transport.json(`${BASE}/summary`, { signal })
  }

  /** One page of single provider calls, newest first; `query` names one answer's. */
  calls(query: CallListQuery = {}, signal?: AbortSignal): Promise<CallPage> {
    return this.#transport.json(`${BASE}/calls?${searchOf(query)}`, { signal })
  }

  /** Every call, newest first, page by page as the loop asks for them. */
  async *listCalls(
    query: Omit<CallListQuery, 'cursor'> = {},
  ): AsyncGenerator<ProviderCall, void, undefined> {
    let cursor: string | null = null
    do {
      const page: CallPage = await this.calls(cursor ? { ...query, cursor } : query)
      yield* page.items
      cursor = page.nextCursor
    } while (cursor)
  }

  /** A range's calls as a file, oldest first. */
  export(format: 'jsonl' | 'csv', query: UsageRange & UsageFilter): Promise<Response> {
    return this.#transport.send(`${BASE}/export?${searchOf({ ...query, format })}`)
  }

  budget(signal?: AbortSignal): Promise<Budget> {
    return this.#transport.json('/api/admin/budget', { signal })
  }

  /** Sets all limits at once; `version` is that of the budget as it was read. */
  setBudget(budget: BudgetChange, signal?: AbortSignal): Promise<Budget> {
    return this.#transport.json('/api/admin/budget', { method: 'PUT', body: budget, signal })
  }
}
