/** What differs between two versions of a flag. */
import { canonicalText } from './compile.ts'
import type { Json } from './model-schemas.ts'

export interface Difference {
  /** RFC 6901. */
  pointer: string
  /** Absent: it was added. */
  from?: Json
  /** Absent: it was removed. */
  to?: Json
}

/** The smallest parts that differ, in the order of pointers. Lists are compared item by item. */
export function differencesOf(from: Json | undefined, to: Json | undefined, at = ''): Difference[] {
  if (canonicalText(from ?? null) === canonicalText(to ?? null) && typeof from === typeof to)
    return []
  const [before, after] = [partsOf(from), partsOf(to)]
  if (!before || !after || Array.isArray(from) !== Array.isArray(to)) {
    return [{ pointer: at, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }]
  }
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return keys.flatMap((key) => {
    const pointer = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    return differencesOf(before.get(key), after.get(key), pointer)
  })
}

function partsOf(value: Json | undefined): Map<string, Json> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return new Map(Object.entries(value))
}
