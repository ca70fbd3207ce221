/**
 * Text that every JSON reader takes and PostgreSQL does not: U+0000, and half of a surrogate pair. It
 * says nothing, so it is refused by its field, once for all routes (RFC 7493, section 2.1; PostgreSQL,
 * section 8.14). Pure.
 */

/** Paths of the texts, and of the members with such a name, in `value`. */
export function unstorableIn(value: unknown): string[][] {
  const found: string[][] = []
  search(value, [], found)
  return found
}

/** Every request's input passes here, and next to none has such a text: no list is made on the way. */
function search(value: unknown, path: readonly string[], found: string[][]): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) found.push([...path])
    return
  }
  if (typeof value !== 'object' || value === null || !isPlain(value)) return
  for (const name of Object.keys(value)) {
    const member: unknown = Reflect.get(value, name)
    if (!isStorable(name)) found.push([...path, name])
    else if (typeof member === 'object' || (typeof member === 'string' && !isStorable(member))) {
      search(member, [...path, name], found)
    }
  }
}

const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed()

/** A file or a stream is no JSON. */
const isPlain = (value: object) =>
  Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
