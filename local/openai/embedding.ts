/**
 * The embedding model va-lexical-1: texts that share words lie close together. It is lexical, not
 * semantic: synonyms and translations are strangers to it. Pure, and the same vector for the same
 * text on every machine and in every run.
 */
import { termsOf, weightOf } from './words.ts'

/** As many as text-embedding-3-small has, so that the same database column takes both. */
export const EMBEDDING_DIMENSIONS = 1536

/** Two places per term: two terms that collide in one place mostly differ in the other. */
const HASH_SEEDS = [1, 2] as const

/**
 * The unit vector of a text; all zeros when it has no terms.
 *
 * @param dimensions fewer are hashed into, not cut off, so that a short vector keeps every term
 */
export function embed(text: string, dimensions = EMBEDDING_DIMENSIONS): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const [term, count] of countTerms(text)) {
    const weight = weightOf(term) * (1 + Math.log(count))
    for (const seed of HASH_SEEDS) {
      const hash = hashOf(term, seed)
      const index = (hash >>> 1) % dimensions
      vector[index] = (vector[index] ?? 0) + (hash & 1 ? weight : -weight)
    }
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}

function countTerms(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const term of termsOf(text)) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}

/** FNV-1a over UTF-16 units, finished by MurmurHash3's mixer: FNV alone spreads short words badly. */
function hashOf(term: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let index = 0; index < term.length; index++) {
    hash = Math.imul(hash ^ term.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
