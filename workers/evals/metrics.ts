/**
 * What a run is measured by. Everything counts documents, not chunks: a document stands where its best
 * chunk does. The only implementation; tests of retrieval and `npm run eval` use it too.
 */

/** How much a document is worth for a question; 0 is the same as no judgement. */
export type Grades = ReadonlyMap<string, number>

/** Documents in the order of their best chunks. @param hits Documents of chunks, best first */
export const rankDocuments = (hits: readonly string[]): string[] => [...new Set(hits)]

const discount = (rank: number) => 1 / Math.log2(rank + 2)
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const worth = (grades: Grades) => [...grades.values()].filter((grade) => grade > 0)

/**
 * Normalised discounted cumulative gain with linear gain, the ideal from all judged documents, as
 * trec_eval has it (ndcg_cut); Järvelin and Kekäläinen 2002.
 *
 * @param ranked Documents, best first, each once
 * @returns 0 to 1; null when no document is worth anything, for then there is no right order
 */
export function ndcgAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const ideal = worth(grades)
    .toSorted((a, b) => b - a)
    .slice(0, k)
  if (ideal.length === 0) return null
  const gain = ranked.slice(0, k).map((id, rank) => (grades.get(id) ?? 0) * discount(rank))
  return sum(gain) / sum(ideal.map((grade, rank) => grade * discount(rank)))
}

/** Share of the worthy documents that are among the first `k`; null when there is none. */
export function recallAt(k: number, ranked: readonly string[], grades: Grades): number | null {
  const all = worth(grades).length
  if (all === 0) return null
  return ranked.slice(0, k).filter((id) => (grades.get(id) ?? 0) > 0).length / all
}

/**
 * Share of the citations whose document is worth something.
 *
 * @param cited A document per citation
 * @returns null when nothing is cited, or when no document is worth anything
 */
export function citationPrecision(cited: readonly string[], grades: Grades): number | null {
  if (cited.length === 0 || worth(grades).length === 0) return null
  return cited.filter((id) => (grades.get(id) ?? 0) > 0).length / cited.length
}

/** Mean of what is there; null of nothing. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : sum(known) / known.length
}

/** The value that a share `q` of all values does not exceed (nearest rank); null of nothing. */
export function percentileOf(q: number, values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null
}
