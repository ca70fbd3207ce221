/** Attributes of a document as rows of a form, and back. */
import type { Document } from '../../knowledge/schemas.ts'

export const KINDS = ['text', 'number', 'boolean'] as const
type Kind = (typeof KINDS)[number]

export interface AttributeRow {
  id: string
  key: string
  kind: Kind
  /** As it is typed; `true` or `false` for a truth value. */
  value: string
}

/** The server's limits. */
export const MOST_ROWS = 16
const KEY = /^[\p{L}\p{N}_.-]{1,64}$/u
const MOST_CHARACTERS = 512

type Attributes = Document['attributes']

const kindOf = (value: Attributes[string]): Kind =>
  typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean'

export const rowsOf = (attributes: Attributes): AttributeRow[] =>
  Object.entries(attributes).map(([key, value]) => {
    return { id: crypto.randomUUID(), key, kind: kindOf(value), value: String(value) }
  })

/** @returns null while a row is not right: a key twice, or a number that is none */
export function readAttributes(rows: readonly AttributeRow[]): Attributes | null {
  const attributes = new Map<string, Attributes[string]>()
  for (const { key, kind, value } of rows) {
    const read = valueOf(kind, value)
    if (!KEY.test(key) || attributes.has(key) || read === null) return null
    attributes.set(key, read)
  }
  return Object.fromEntries(attributes)
}

function valueOf(kind: Kind, value: string): Attributes[string] | null {
  if (kind === 'text') return value.length <= MOST_CHARACTERS ? value : null
  if (kind === 'boolean') return value === 'true'
  const number = Number(value)
  return value.trim() !== '' && Number.isFinite(number) ? number : null
}
