/** The columns of an export as CSV. Pure; how a cell is written is shared/csv.ts. */
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

export const CSV_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name)

export const csvValues = (row: ChainRow, entry: AuditEntry): Value[] =>
  COLUMNS.map(([, of]) => of(row, entry))
