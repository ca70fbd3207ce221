/**
 * JSON in the one spelling RFC 8785 (JCS) gives each value: names in the order of their UTF-16
 * units, no space, numbers and strings as ECMAScript writes them. Runs anywhere: it needs nothing.
 */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/**
 * Members that are undefined are left out, as everywhere in JSON.
 *
 * @throws TypeError for what has no spelling: NaN, infinities, half of a surrogate pair
 */
export function canonical(value: Json): string {
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`${value} has no form in JSON.`)
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonical).join()}]`
  const members = Object.keys(value).toSorted().flatMap(memberOf(value))
  return `{${members.join()}}`
}

function memberOf(object: { readonly [name: string]: Json | undefined }) {
  return (name: string): string[] => {
    const value = object[name]
    return value === undefined ? [] : [`${text(name)}:${canonical(value)}`]
  }
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('Half of a surrogate pair is no text.')
  return JSON.stringify(value)
}

/** Array.isArray does not narrow readonly lists. */
const isList = (value: object): value is readonly Json[] => Array.isArray(value)
