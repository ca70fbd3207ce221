/** Parts of conditions that several products have under names of their own. */
import type { Json } from '../engine/payload.ts'
import { Lost } from './imported.ts'

export type Condition = Record<string, Json>

const SPECIAL = /[.*+?^${}()|[\]\\/]/g

/** A text as a pattern that matches it alone. */
const literal = (text: string): string => text.replaceAll(SPECIAL, String.raw`\$&`)

const AROUND = {
  starts: (text: string) => `^${literal(text)}`,
  ends: (text: string) => `${literal(text)}$`,
  contains: literal,
} as const

/** Characters of a pattern, as the engine's limits have it. */
const MOST = 256

/**
 * That an attribute is a text which starts with, ends with or contains one of these.
 *
 * @throws Lost
 */
export function textCondition(
  attribute: string,
  how: keyof typeof AROUND,
  texts: readonly string[],
  foldsCase = false,
): Condition {
  const pattern = texts.map(AROUND[how]).join('|')
  return patternCondition(attribute, texts.length > 1 ? `(?:${pattern})` : pattern, foldsCase)
}

/** @throws Lost */
export function patternCondition(attribute: string, pattern: string, foldsCase = false): Condition {
  if (pattern.length > MOST) {
    throw new Lost(`A pattern of more than ${MOST} characters is not evaluated here.`)
  }
  return { [attribute]: { [foldsCase ? '$regexi' : '$regex']: pattern } }
}

export const isIn = (attribute: string, values: readonly Json[]): Condition => {
  return { [attribute]: { $in: [...values] } }
}

export const not = (condition: Condition): Condition => ({ $not: condition })

/** All of them; nothing for none. */
export function all(conditions: readonly Condition[]): Condition | undefined {
  const [first, ...rest] = conditions
  if (!first) return undefined
  return rest.length === 0 ? first : { $and: [...conditions] }
}

/** One of them. */
export function any(conditions: readonly Condition[]): Condition {
  const [first, ...rest] = conditions
  if (!first) throw new Lost('It names nothing to compare with.')
  return rest.length === 0 ? first : { $or: [...conditions] }
}

/** What other products call the unit's own id. */
export const UNIT = 'id'
