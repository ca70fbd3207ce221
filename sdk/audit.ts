/** The audit log: reading it, and verifying it here, with nothing of the server's believed. */
import { type Fault, isFault } from '../workers/audit/chain.ts'
import { anchorsOf } from '../workers/audit/checkpoint.ts'
import type { AuditChain, AuditFilter, AuditPage, AuditRecord } from '../workers/audit/schemas.ts'
import { type ChainPage, type Verdict, verifyLog } from '../workers/audit/verify.ts'
import { searchOf, type Transport } from './transport.ts'

const BASE = '/api/admin/audit'

export interface AuditListQuery extends AuditFilter {
  /** Rows per page; the server's default when left out. */
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export interface VerifyOptions {
  /** Told how far it got: numbers of the last entry checked and of the last there is. */
  onProgress?: (checked: number, of: number) => void
  signal?: AbortSignal | undefined
}

export class Audit {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first; `cursor` is the `nextCursor` of the page before. */
  page({ signal, ...query }: AuditListQuery = {}): Promise<AuditPage> {
    return this.#transport.json(`${BASE}?${searchOf(query)}`, { signal })
  }

  /** Every entry, newest first, page by page as the loop asks for them. */
  async *list(
    query: Omit<AuditListQuery, 'cursor'> = {},
  ): AsyncGenerator<AuditRecord, void, undefined> {
    let cursor: string | null = null
    do {
      const page: AuditPage = await this.page(cursor ? { ...query, cursor } : query)
      yield* page.items
      cursor = page.nextCursor
    } while (cursor)
  }

  /** The log as a file, which is itself an entry of the log. */
  export(format: 'jsonl' | 'csv', filter: AuditFilter = {}): Promise<Response> {
    return this.#transport.send(`${BASE}/export?${searchOf({ ...filter, format })}`)
  }

  /** Computes the whole chain and checks every signature, in the browser or wherever this runs. */
  async verify({ onProgress, signal }: VerifyOptions = {}): Promise<Verdict> {
    const chainAfter = (after: number): Promise<AuditChain> =>
      this.#transport.json(`${BASE}/chain?after=${after}`, { signal })
    const first = await chainAfter(0)

    async function* pages(): AsyncGenerator<ChainPage | Fault> {
      for (let chain = first; ;) {
        const { tenant, rows, head, checkpoints, keys, next } = chain
        const anchors = await anchorsOf(tenant, checkpoints, keys)
        yield isFault(anchors) ? anchors : { rows, head, anchors }
        onProgress?.(rows.at(-1)?.seq ?? head.seq, head.seq)
        if (next === null) return
        chain = await chainAfter(next)
      }
    }
    const { tenant: tenantId, tombstones } = first
    return verifyLog({ tenantId, tombstones }, pages())
  }
}
