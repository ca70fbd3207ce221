/** Two searches, of which the second began with what the first found. */
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
