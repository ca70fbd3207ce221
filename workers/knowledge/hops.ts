/** Several searches for one question, and what becomes of their hits. */
interface Place {
  documentId: string
  ordinal: number
}

const keyOf = ({ documentId, ordinal }: Place) => `${documentId}:${ordinal}`

/** The first's hits and what the second alone found, in turns: each has its say in the best few. */
export function joinHops<Hit extends Place>(
  first: readonly Hit[],
  second: readonly Hit[],
  limit: number,
): Hit[] {
  const known = new Set(first.map(keyOf))
  const fresh = second.filter((hit) => !known.has(keyOf(hit)))
  const length = Math.max(first.length, fresh.length)
  const turns = Array.from({ length }, (_, at) => [first[at], fresh[at]]).flat()
  return turns.filter((hit) => hit !== undefined).slice(0, limit)
}

/** The constant of reciprocal rank fusion; 60 in its paper. */
const RANK_OFFSET = 60

/** Hits of searches with different words for the same thing, by the sum of their reciprocal ranks. */
export function joinWordings<Hit extends Place>(
  lists: readonly (readonly Hit[])[],
  limit: number,
): Hit[] {
  const joined = new Map<string, { hit: Hit; score: number }>()
  for (const [rank, hit] of lists.flatMap((list) => [...list.entries()])) {
    const known = joined.get(keyOf(hit))
    const score = (known?.score ?? 0) + 1 / (RANK_OFFSET + rank + 1)
    joined.set(keyOf(hit), { hit: known?.hit ?? hit, score })
  }
  return [...joined.values()]
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ hit }) => hit)
}
