/**
 * Passages widened to their section: chunks are cut to be found, and the sentence that answers may stand
 * in the one before or behind. A neighbour is a passage of its own, with its own place in the document, so
 * that whatever is quoted from it can be found there again.
 */

/** A stretch of a document's canonical text. */
export interface Passage {
  ordinal: number
  /** Headings above it, and the header of a table it goes on with. */
  context: string
  text: string
  /** Offsets of `text` in the canonical text. */
  start: number
  end: number
  page: number
  pageStarts: readonly number[]
}

/** A chunk that was found, and those near it in the document. */
interface Found extends Passage {
  documentId: string
  around: readonly Passage[]
}

/** A hit with what it was widened by, in reading order, itself included. */
export type Widened<Hit> = Hit & { parts: Passage[] }

/** Tokens of one widened passage, and of all that is added to an answer's passages. */
const SECTION_TOKENS = 1000
const ADDED_TOKENS = 4000
/** Chunks looked at on either side: as many of the usual 300 tokens as a section may have. */
export const NEIGHBOURS = 3

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu

/** By rule of thumb: four characters a token, and one where a character is a word. */
function tokensOf(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0
  return wide + Math.ceil((text.length - wide) / 4)
}

/**
 * Each hit with what stands around it, in reading order; the better hits choose first. No chunk is in two
 * of them: one that was found is a passage of its own and ends its neighbour's.
 */
export function widen<Hit extends Found>(hits: readonly Hit[]): Widened<Hit>[] {
  const taken = new Set(hits.map(keyOf))
  let left = ADDED_TOKENS
  return hits.map((hit) => {
    const own = tokensOf(hit.text)
    const room = Math.min(SECTION_TOKENS - own, left)
    const { parts, used } = grow(hit, room, taken)
    left -= used
    return { ...hit, parts }
  })
}

const keyOf = ({ documentId, ordinal }: { documentId: string; ordinal: number }) =>
  `${documentId} ${ordinal}`

const HEADING = /^ {0,3}#{1,6}\s/
const BETWEEN = ' › '

/**
 * Whether a section goes on from one chunk into the next. Its first chunk has its heading in the text, and
 * in the context only those above; the later ones have it in the context. So have rows of a table their
 * header.
 */
function goesOn({ context: above, text }: Passage, { context: below }: Passage): boolean {
  // Of two that begin under the same heading the second is another's beginning.
  if (below === above) return !HEADING.test(text)
  const start = above === '' ? '' : above + BETWEEN
  if (below.startsWith(start)) {
    const [heading = ''] = below.slice(start.length).split(BETWEEN)
    return text.includes(heading)
  }
  // Behind the rows of a table.
  return above.startsWith(below) && above.slice(below.length).includes('|')
}

/** Goes on by turns, behind the chunk first: what is said of a thing follows its name. */
function grow(hit: Found, room: number, taken: Set<string>) {
  const { documentId } = hit
  const byOrdinal = new Map(hit.around.map((passage) => [passage.ordinal, passage]))
  const parts: Passage[] = [hit]
  const steps = new Set([1, -1])
  let used = 0
  while (steps.size > 0) {
    for (const step of steps) {
      const edge = (step === 1 ? parts.at(-1) : parts[0]) ?? hit
      const next = byOrdinal.get(edge.ordinal + step)
      const isOne = next && (step === 1 ? goesOn(edge, next) : goesOn(next, edge))
      const tokens = next ? tokensOf(next.text) : 0
      const key = keyOf({ documentId, ordinal: edge.ordinal + step })
      if (!isOne || used + tokens > room || taken.has(key)) {
        steps.delete(step)
        continue
      }
      used += tokens
      taken.add(key)
      if (step === 1) parts.push(next)
      else parts.unshift(next)
    }
  }
  return { parts, used }
}
