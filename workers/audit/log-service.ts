/** What a tenant's administrators do with their log: read it, take it with them, verify it. */
import type { WithEnv } from '../../shared/context.ts'
import { csvLine } from '../../shared/csv.ts'
import type { ChainRow } from './chain.ts'
import {
  type BucketEnv,
  checkpointKeys,
  type KeysEnv,
  listCheckpoints,
} from './checkpoint-client.ts'
import { CSV_COLUMNS, csvValues } from './csv.ts'
import type {
  AuditChain,
  AuditEntry,
  AuditFilter,
  AuditPage,
  AuditQuery,
  ChainQuery,
  ExportQuery,
} from './schemas.ts'
import { auditColumn, type AuditContext, recordAudit } from './service.ts'
import * as store from './store.ts'

export type LogContext = store.StoreContext & AuditContext & WithEnv<BucketEnv & KeysEnv>

/** Rows read at a time; an export of any length holds no more in memory. */
const EXPORT_PAGE = 500

export async function listEntries(ctx: LogContext, query: AuditQuery): Promise<AuditPage> {
  const { limit } = query
  const rows = await store.selectEntries(ctx, { ...query, limit: limit + 1 })
  const items = rows.slice(0, limit).map((row) => {
    const { seq, at, hash } = row
    return { seq, at, hash, entry: entryOf(row) }
  })
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? String(last.seq) : null }
}

/**
 * The log as text, oldest first, up to and with the entry that says it was exported. JSON lines
 * without a filter end with what it takes to verify them: head, checkpoints and keys.
 */
export async function exportLog(
  ctx: LogContext,
  { format, ...filter }: ExportQuery,
): Promise<ReadableStream<Uint8Array>> {
  const filters = Object.keys(filter).toSorted().join('.')
  const details = { resource: { type: 'audit', id: ctx.tenantId }, facts: { format, filters } }
  const through = await store.appendNow(ctx, auditColumn(ctx, 'audit.export', details))
  const lines = format === 'csv' ? csv(ctx, filter, through) : jsonLines(ctx, filter, through)
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await lines.return(undefined)
    },
  })
}

/** A page of the chain and what verifies it. The first page is an event: somebody looks. */
export async function readChain(ctx: LogContext, query: ChainQuery): Promise<AuditChain> {
  const { after, limit } = query
  const { rows, head, tombstones } = await store.selectChain(ctx, query)
  if (after === 0) recordAudit(ctx, 'audit.verify', { facts: { head: head.seq } })
  const last = rows.at(-1)?.seq ?? after
  const next = rows.length === limit && last < head.seq ? last : null
  const from = after === 0 ? 1 : after + 1
  // At the end also those that know of entries which are no longer there.
  const through = next ?? Number.MAX_SAFE_INTEGER
  const [checkpoints, keys] = await Promise.all([
    listCheckpoints(ctx, from, through),
    checkpointKeys(ctx.env),
  ])
  return { tenant: ctx.tenantId, rows, head, tombstones, checkpoints, keys, next }
}

async function* pages(ctx: LogContext, filter: AuditFilter, through: number) {
  let after = 0
  for (;;) {
    const rows = await store.selectRange(ctx, filter, { after, through, limit: EXPORT_PAGE })
    if (rows.length > 0) yield rows
    if (rows.length < EXPORT_PAGE) return
    after = rows.at(-1)?.seq ?? through
  }
}

async function* csv(ctx: LogContext, filter: AuditFilter, through: number) {
  yield csvLine(CSV_COLUMNS)
  for await (const rows of pages(ctx, filter, through)) {
    yield rows.map((row) => csvLine(csvValues(row, entryOf(row)))).join('')
  }
}

async function* jsonLines(ctx: LogContext, filter: AuditFilter, through: number) {
  let head: ChainRow | undefined
  for await (const rows of pages(ctx, filter, through)) {
    head = rows.at(-1)
    yield rows.map((row) => `${JSON.stringify({ ...row, tenant: ctx.tenantId })}\n`).join('')
  }
  if (Object.keys(filter).length > 0 || !head) return
  const { tombstones } = await store.selectChain(ctx, { after: through, limit: 1 })
  const checkpoints = await listCheckpoints(ctx, 1, through)
  const keys = await checkpointKeys(ctx.env)
  const proof = { head: { seq: head.seq, hash: head.hash }, tombstones, checkpoints, keys }
  yield `${JSON.stringify(proof)}\n`
}

/** Safe: only audit_append writes bodies, and what it is given was an AuditEntry. */
function entryOf({ body }: ChainRow): AuditEntry {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(body) as AuditEntry
}
