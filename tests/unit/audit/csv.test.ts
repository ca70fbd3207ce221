import { expect, test } from 'vitest'
import { csvHead, csvLine } from '../../../workers/audit/csv.ts'
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

/** The cell of `reason`. */
function cellOf(reason: string): string {
  const line = csvLine(row, { ...entry, reason })
  const [head, tail] = csvLine(row, { ...entry, reason: 'X' }).split('X')
  return line.slice(head!.length, line.length - tail!.length)
}

test.each([
  ['plain', 'plain'],
  ['a, b', '"a, b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['+1', `'+1`],
  ['-1', `'-1`],
  ['@sum', `'@sum`],
  ['\tx', `'\tx`],
])('%j becomes %j: no spreadsheet takes it for a formula', (reason, cell) => {
  expect(cellOf(reason)).toBe(cell)
})

test('every line has a cell for every name', () => {
  const count = (text: string) => text.trimEnd().split(',').length
  expect(count(csvLine(row, entry))).toBe(count(csvHead()))
})
