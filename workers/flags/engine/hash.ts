/** From a text to one of a thousand or ten thousand buckets: GrowthBook's hash versions 1 and 2. */
import type { BucketRange } from './payload.ts'
import { textOf } from './values.ts'

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** FNV-1a over UTF-16 code units, from `state` on. http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string, state: number = OFFSET): number {
  let hash = state
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME)
  return hash >>> 0
}

export type Bucketing = (value: unknown) => number

/**
 * A function from a hash attribute's value to its bucket, a number from 0 up to 1. The seed of
 * version 2 comes first, so it is hashed once here.
 *
 * @returns undefined when there is no such version
 */
export function bucketing(seed: string, version: number): Bucketing | undefined {
  if (version === 1) return (value) => (fnv1a(textOf(value) + seed) % 1000) / 1000
  if (version !== 2) return undefined
  const state = fnv1a(seed)
  return (value) => (fnv1a(`${fnv1a(textOf(value), state)}`) % 10_000) / 10_000
}

export const isInRange = (bucket: number, range: BucketRange) =>
  bucket >= range[0] && bucket < range[1]

/** Each variation's share. Weights that do not fit the variations, or do not add up to 1, are even. */
export function bucketRanges(
  variations: number,
  coverage: number = 1,
  weights?: readonly number[],
): BucketRange[] {
  const covered = Math.min(Math.max(coverage, 0), 1)
  let from = 0
  return sound(weights, variations).map((weight) => {
    const range = [from, from + covered * weight] as const
    from += weight
    return range
  })
}

function sound(weights: readonly number[] | undefined, variations: number): readonly number[] {
  if (weights?.length !== variations) return evenWeights(variations)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return total < 0.99 || total > 1.01 ? evenWeights(variations) : weights
}

export function evenWeights(variations: number): number[] {
  return Array.from({ length: Math.max(variations, 0) }, () => 1 / variations)
}

/** @returns −1 when the bucket is in none */
export function chooseVariation(bucket: number, ranges: readonly BucketRange[]): number {
  let index = 0
  for (const range of ranges) {
    if (isInRange(bucket, range)) return index
    index++
  }
  return -1
}
