/**
 * The backend's half of the protocol, read: results as raw text, the fields of errors, and in
 * which transaction state the session was left. Notices and parameter reports are passed over.
 */
import { cString, message } from './messages.ts'
import { splitMessages } from './reader.ts'

/** A column, with the names the Neon driver knows its attributes by. */
interface Field {
  readonly name: string
  readonly tableID: number
  readonly columnID: number
  readonly dataTypeID: number
  readonly dataTypeSize: number
  readonly dataTypeModifier: number
  readonly format: 'text'
}

export interface StatementResult {
  readonly fields: readonly Field[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** As Postgres completes the statement: `INSERT 0 1`, `SELECT 3`; empty for an empty one. */
  readonly tag: string
}

/** Idle, in a transaction, in a failed transaction. */
export type Status = 'I' | 'T' | 'E'

/** The fields of an ErrorResponse under the driver's names, by their letter on the wire. */
const ERROR_FIELDS = {
  S: 'severity',
  C: 'code',
  D: 'detail',
  H: 'hint',
  P: 'position',
  p: 'internalPosition',
  q: 'internalQuery',
  W: 'where',
  s: 'schema',
  t: 'table',
  c: 'column',
  d: 'dataType',
  n: 'constraint',
  F: 'file',
  L: 'line',
  R: 'routine',
} as const

export type ErrorFields = Partial<Record<(typeof ERROR_FIELDS)[keyof typeof ERROR_FIELDS], string>>

/** What Postgres itself refused. */
export class PostgresError extends Error {
  readonly fields: ErrorFields

  constructor(text: string, fields: ErrorFields) {
    super(text)
    this.name = 'PostgresError'
    this.fields = fields
  }
}

/**
 * The results in an answer, one per executed statement.
 *
 * @throws PostgresError the first error in it
 */
export function readResults(answer: Buffer): StatementResult[] {
  const results: StatementResult[] = []
  let fields: Field[] = []
  let rows: (string | null)[][] = []
  for (const { type, body } of splitMessages(answer)) {
    if (type === 'E') throw readError(body)
    else if (type === 'T') fields = readFields(body)
    else if (type === 'D') rows.push(readRow(body))
    else if (type === 'C' || type === 'I') {
      results.push({ fields, rows, tag: type === 'C' ? textUntilNul(body, 0) : '' })
      fields = []
      rows = []
    }
  }
  return results
}

/** The state the session is in after an answer; undefined if it does not end with one. */
export function readStatus(answer: Buffer): Status | undefined {
  const last = answer.subarray(-6)
  if (last.length < 6 || last.toString('latin1', 0, 1) !== 'Z') return undefined
  const status = last.toString('latin1', 5)
  return status === 'I' || status === 'T' || status === 'E' ? status : undefined
}

export function readError(body: Buffer): PostgresError {
  const fields: ErrorFields = {}
  let text = 'unknown error'
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const letter = String.fromCharCode(body[at] ?? 0)
    const value = textUntilNul(body, at + 1)
    if (letter === 'M') text = value
    else if (isErrorField(letter)) fields[ERROR_FIELDS[letter]] = value
    at = body.indexOf(0, at + 1) + 1
  }
  return new PostgresError(text, fields)
}

/** An ErrorResponse of our own, for what never reaches the database. */
export function errorResponse(code: string, text: string): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${code}`, `M${text}`].map(cString)
  return message('E', ...fields, Buffer.alloc(1))
}

export function textUntilNul(bytes: Buffer, from: number): string {
  const end = bytes.indexOf(0, from)
  return bytes.toString('utf8', from, end < 0 ? bytes.length : end)
}

function readFields(body: Buffer): Field[] {
  const fields: Field[] = []
  for (let at = 2; at < body.length;) {
    const attributes = body.indexOf(0, at) + 1
    fields.push({
      name: textUntilNul(body, at),
      tableID: body.readUInt32BE(attributes),
      columnID: body.readUInt16BE(attributes + 4),
      dataTypeID: body.readUInt32BE(attributes + 6),
      dataTypeSize: body.readInt16BE(attributes + 10),
      dataTypeModifier: body.readInt32BE(attributes + 12),
      format: 'text',
    })
    at = attributes + 18
  }
  return fields
}

function readRow(body: Buffer): (string | null)[] {
  const row: (string | null)[] = []
  for (let at = 2; at < body.length;) {
    const length = body.readInt32BE(at)
    at += 4
    row.push(length < 0 ? null : body.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return row
}

const isErrorField = (letter: string): letter is keyof typeof ERROR_FIELDS => letter in ERROR_FIELDS
