/** What forms of flags are typed into, read: JSON objects, steps of a ramp, names of environments. Pure. */
import type { Json } from '../../flags/model-schemas.ts'

/** @returns undefined for what is no JSON, or no object */
export function objectOf(text: string): Record<string, Json> | undefined {
  const read = jsonOf(text)
  const isObject = typeof read === 'object' && read !== null && !Array.isArray(read)
  return isObject ? Object.fromEntries(Object.entries(read)) : undefined
}

/** @returns undefined for what is no JSON */
export function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export interface RampStep {
  /** RFC 3339. */
  at: string
  percentage: number
}

const HOUR_MS = 3_600_000

/**
 * One step per share, as many hours apart.
 *
 * @param first RFC 3339
 * @param shares Numbers with anything but digits and points between; what is wrong with one the server says
 */
export function rampOf(first: string, hours: number, shares: string): RampStep[] {
  const numbers = shares.match(/\d+(?:\.\d+)?/g) ?? []
  return numbers.map((share, index) => ({
    at: new Date(Date.parse(first) + index * hours * HOUR_MS).toISOString(),
    percentage: Number(share),
  }))
}

/** Lines of `there=here`, as an import takes them; lines of another form are left out. */
export function namesOf(text: string): Record<string, string> {
  const pairs = text.split('\n').map((line) => line.split('=').map((part) => part.trim()))
  return Object.fromEntries(
    pairs.flatMap(([there, here]) => (there && here ? [[there, here]] : [])),
  )
}
