/**
 * What a snapshot and a context may be at most. Both come from people: a rule's author must not be
 * able to stall everybody's requests, nor a caller with a context of his own making.
 */
import { isRecord } from './values.ts'

export const LIMITS = {
  /** Flags of one environment. */
  flags: 5000,
  /** Values in the lists of conditions, all of a snapshot together; groups of ids are saved groups. */
  inlineValues: 10_000,
  /** Levels of a condition, saved groups it refers to included. */
  conditionDepth: 8,
  /** Parts of all conditions together, each saved group counted where it is referred to. */
  conditionParts: 200_000,
  /** Flags in a chain of prerequisites. */
  prerequisiteDepth: 16,
  /** Flags with prerequisites looked at in one evaluation, each again after a document changed. */
  visits: 1000,
  /** Characters of a regular expression. */
  patternLength: 256,
  /** Characters of a text that one reads. */
  patternText: 1024,
  /** Steps it may take on such a text at the worst; some 30 ms. */
  patternSteps: 10_000_000,
  /** Characters of a context: of its keys and texts, and eight for any other value. */
  contextSize: 64 * 1024,
  /** Levels of objects and lists in a context. */
  contextDepth: 16,
} as const

/** Something is larger than the limit it names. `at` says where, in the words of the payload. */
export class LimitError extends Error {
  readonly limit: keyof typeof LIMITS

  constructor(limit: keyof typeof LIMITS, at: string, advice: string) {
    super(`${at} is over the limit ${limit} (${LIMITS[limit]}): ${advice}`)
    this.name = 'LimitError'
    this.limit = limit
  }
}

/** A payload that cannot be compiled. The message names the flag and says what to change. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
}

/** @throws LimitError contextSize, contextDepth */
export function checkContext(attributes: object): void {
  measure(attributes, 'the context')
}

/**
 * Characters in `value`, as `contextSize` counts them.
 *
 * @throws LimitError contextSize, contextDepth
 */
export function measure(value: unknown, at: string, depth = 0): number {
  if (typeof value === 'string') return bounded(value.length, at)
  if (!isRecord(value) && !Array.isArray(value)) return 8
  if (depth >= LIMITS.contextDepth) throw new LimitError('contextDepth', at, 'nest it less deeply.')
  let size = 8
  for (const key of Object.keys(value)) {
    const item: unknown = Reflect.get(value, key)
    size = bounded(size + key.length + measure(item, at, depth + 1), at)
  }
  return size
}

function bounded(size: number, at: string): number {
  if (size <= LIMITS.contextSize) return size
  throw new LimitError('contextSize', at, 'send only the attributes that rules ask for.')
}
