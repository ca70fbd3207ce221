/**
 * Text that every JSON reader takes and PostgreSQL does not: U+0000, and half of a surrogate pair. It
 * says nothing, so it is refused by its field, once for all routes (RFC 7493, section 2.1; PostgreSQL,
 * section 8.14). Pure.
 */

/** Paths of the texts, and of the members with such a name, in `value`. */
export function unstorableIn(value: unknown): string[][] {
  if (typeof value === 'string') return isStorable(value) ? [] : [[]]
  if (typeof value !== 'object' || value === null || !isPlain(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    isStorable(name) ? unstorableIn(member).map((path) => [name, ...path]) : [[name]],
  )
}

const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed()

/** A file or a stream is no JSON. */
const isPlain = (value: object) =>
  Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
