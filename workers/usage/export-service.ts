/** The ledger as a file: CSV or JSON lines, streamed, with whoever took it on record. */
import { csvLine } from '../../shared/csv.ts'
import { type AuditContext, recordAudit } from '../audit/service.ts'
import { CSV_COLUMNS, csvValues } from './csv.ts'
import type { UsageExportQuery } from './report-schemas.ts'
import { toCall } from './report-service.ts'
import * as store from './report-store.ts'
import type { StoreContext } from './store.ts'

export type ExportContext = StoreContext & AuditContext

/** Rows read at a time; an export of any length holds no more in memory. */
const SLICE = 500

/** Rows of the ledger as text, oldest first. */
export function exportCalls(
  ctx: ExportContext,
  { format, ...choice }: UsageExportQuery,
): ReadableStream<Uint8Array> {
  const { from, to, ...filters } = choice
  const facts = { format, from, to, filters: Object.keys(filters).toSorted().join('.') }
  recordAudit(ctx, 'usage.export', { resource: { type: 'usage', id: ctx.tenantId }, facts })
  const slices = format === 'csv' ? csv(ctx, choice) : jsonLines(ctx, choice)
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await slices.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await slices.return(undefined)
    },
  })
}

type Choice = Omit<UsageExportQuery, 'format'>

async function* slicesOf(ctx: ExportContext, choice: Choice) {
  for (let after: store.CallRow | undefined; ;) {
    const rows = await store.selectSlice(ctx, choice, { after, limit: SLICE })
    if (rows.length > 0) yield rows.map(toCall)
    if (rows.length < SLICE) return
    after = rows.at(-1)
  }
}

async function* jsonLines(ctx: ExportContext, choice: Choice) {
  for await (const calls of slicesOf(ctx, choice)) {
    yield calls.map((call) => `${JSON.stringify(call)}\n`).join('')
  }
}

async function* csv(ctx: ExportContext, choice: Choice) {
  yield csvLine(CSV_COLUMNS)
  for await (const calls of slicesOf(ctx, choice)) {
    yield calls.map((call) => csvLine(csvValues(call))).join('')
  }
}
