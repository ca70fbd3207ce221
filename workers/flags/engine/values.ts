/**
 * Values of a context, read as GrowthBook's SDKs read them in JavaScript, with two differences: what
 * objects inherit is no attribute, and an object that cannot be made a text is the empty one.
 */
export type Attributes = Readonly<Record<string, unknown>>
export type Read = (object: unknown) => unknown

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null

/** Names that every object or list answers to without having them: these take the slow way. */
const isInherited = (key: string) => key in Object.prototype || key in Array.prototype

/** Reads one attribute; null when there is none. The key is a name and not a path. */
export function reader(key: string): Read {
  if (isInherited(key)) {
    return (object) => (isObject(object) && Object.hasOwn(object, key) ? object[key] : null)
  }
  return (object) => {
    if (!isObject(object)) return null
    const value = object[key]
    return value === undefined ? null : value
  }
}

/** Reads at a path with dots; null when it leads nowhere. */
export function pathReader(path: string): Read {
  const [first, ...rest] = path.split('.').map(reader)
  if (!first || rest.length === 0) return reader(path)
  return (object) => rest.reduce((value, read) => read(value), first(object))
}

/** As JavaScript makes a text of it. A context may name its own `toString`, which is no function. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return String(value)
  } catch {
    return ''
  }
}

/** As JavaScript would make a number of it. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number(isObject(value) ? textOf(value) : value)
}

/** What `<` and `>` compare, which take objects by their text and all else but texts as numbers. */
export function comparable(value: unknown): string | number {
  if (typeof value === 'number' || typeof value === 'string') return value
  return isObject(value) ? textOf(value) : Number(value)
}

export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Below zero, zero or above zero; NaN where there is no order. */
export function orderOf(left: string | number, right: string | number): number {
  if (left < right) return -1
  if (left > right) return 1
  return left >= right ? 0 : Number.NaN
}
