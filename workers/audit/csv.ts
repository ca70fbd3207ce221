/** An export as comma-separated values (RFC 4180), safe to open in a spreadsheet. */
import type { ChainRow } from './chain.ts'
import type { AuditEntry } from './schemas.ts'

type Value = string | number | undefined

const COLUMNS: readonly [name: string, of: (row: ChainRow, entry: AuditEntry) => Value][] = [
  ['seq', ({ seq }) => seq],
  ['at', ({ at }) => at],
  ['event', (_, { event }) => event],
  ['outcome', (_, { outcome }) => outcome],
  ['actor', (_, { actor }) => actor],
  ['actorType', (_, { actorType }) => actorType],
  ['actAs', (_, { actAs }) => actAs],
  ['session', (_, { sid }) => sid],
  ['resourceType', (_, { resource }) => resource?.type],
  ['resourceId', (_, { resource }) => resource?.id],
  ['reason', (_, { reason }) => reason],
  ['facts', (_, { facts }) => facts && JSON.stringify(facts)],
  ['ip', (_, { ip }) => ip],
  ['userAgent', (_, { ua }) => ua],
  ['requestId', (_, { requestId }) => requestId],
  ['traceId', (_, { traceId }) => traceId],
  ['hash', ({ hash }) => hash],
]

export const csvHead = () => `${COLUMNS.map(([name]) => name).join()}\r\n`

export const csvLine = (row: ChainRow, entry: AuditEntry) =>
  `${COLUMNS.map(([, of]) => cell(of(row, entry))).join()}\r\n`

/** Spreadsheets take what begins like a formula for one (OWASP, CSV injection). */
function cell(value: Value): string {
  const text = String(value ?? '')
  const harmless = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
