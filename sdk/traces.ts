/** Kept traces: an organization's own, or, for those who run the platform, all of them. */
import type {
  Performance,
  PerformanceQuery,
  Trace,
  TracePage,
  TraceQuery,
} from '../workers/traces/schemas.ts'
import { searchOf, type Transport } from './transport.ts'

/** `all` needs the permission admin.platform. */
export type TraceReach = 'own' | 'all'

const BASES = { own: '/api/admin/ops/traces', all: '/api/admin/platform/traces' } as const

export type TraceFilter = Omit<TraceQuery, 'limit' | 'failed' | 'cursor'> & { failed?: 'true' }

export interface TraceListQuery extends TraceFilter {
  reach?: TraceReach
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export class Traces {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first; `cursor` is the `nextCursor` of the page before. */
  page({ signal, reach = 'own', ...query }: TraceListQuery = {}): Promise<TracePage> {
    return this.#transport.json(`${BASES[reach]}?${searchOf(query)}`, { signal })
  }

  /** All spans that were kept of it and may be seen. */
  get(traceId: string, reach: TraceReach = 'own', signal?: AbortSignal): Promise<Trace> {
    return this.#transport.json(`${BASES[reach]}/${encodeURIComponent(traceId)}`, { signal })
  }

  /** How long sampled requests took, by route, the slowest first. */
  performance(query: PerformanceQuery = {}, signal?: AbortSignal): Promise<Performance> {
    return this.#transport.json(`/api/admin/ops/performance?${searchOf(query)}`, { signal })
  }
}
