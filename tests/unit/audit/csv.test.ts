/** An export of the audit log has a value for every column. */
import { expect, test } from 'vitest'
import { CSV_COLUMNS, csvValues } from '../../../workers/audit/csv.ts'
import type { AuditEntry } from '../../../workers/audit/schemas.ts'

const row = { seq: 1, at: '2026-11-20T12:00:00.000Z', body: '', prev: '', hash: 'h' }
const entry = {
  v: 1,
  id: 'i',
  event: 'doc.read',
  tenant: 'acme',
  actor: 'ada',
  actorType: 'user',
  outcome: 'ok',
  requestId: 'r1',
  traceId: 't',
} as const satisfies AuditEntry

test('every line has a cell for every name', () => {
  const values = csvValues(row, { ...entry, reason: 'because' })
  expect(values).toHaveLength(CSV_COLUMNS.length)
  expect(values[CSV_COLUMNS.indexOf('reason')]).toBe('because')
  expect(values[CSV_COLUMNS.indexOf('hash')]).toBe('h')
})
