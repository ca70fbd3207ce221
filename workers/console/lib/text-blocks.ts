/**
 * A document's text cut into blocks a browser can lay out one by one, with the cited span marked.
 * Offsets are UTF-16, end exclusive, in the document's canonical text.
 */
import type { DocumentText } from '../../knowledge/schemas.ts'

export interface Span {
  start: number
  end: number
}

export interface BlockPart extends Span {
  text: string
  isCited: boolean
}

export interface Block extends Span {
  /** Set on the first block of a page, when the document has more than one. */
  page: number | null
  parts: BlockPart[]
}

/** One block is laid out whole; about a printed page. */
const BLOCK_CHARACTERS = 4_000

/** Ends at the last line break within reach, so that no line is torn in two. */
function endOfBlock(text: string, start: number, end: number): number {
  if (end - start <= BLOCK_CHARACTERS) return end
  const at = text.lastIndexOf('\n', start + BLOCK_CHARACTERS)
  return at > start ? at + 1 : start + BLOCK_CHARACTERS
}

function partsOf(text: string, { start, end }: Span, cited: Span | null): BlockPart[] {
  const from = cited ? Math.min(end, Math.max(start, cited.start)) : end
  const to = cited ? Math.max(from, Math.min(end, cited.end)) : end
  const cuts = [
    { start, end: from, isCited: false },
    { start: from, end: to, isCited: true },
    { start: to, end, isCited: false },
  ]
  return cuts
    .filter((cut) => cut.end > cut.start)
    .map((cut) => ({ ...cut, text: text.slice(cut.start, cut.end) }))
}

/** In reading order; together the blocks hold every character once. */
export function blocksOf(document: Pick<DocumentText, 'text' | 'pages'>, cited: Span | null) {
  const { text, pages } = document
  const starts = pages.length > 1 ? pages : []
  const edges = [...starts.map(({ start }) => start), text.length]
  const first = edges[0] ?? text.length
  const sections = [
    ...(first > 0 ? [{ page: null, start: 0, end: first }] : []),
    ...starts.map(({ page, start }, i) => ({ page, start, end: edges[i + 1] ?? text.length })),
  ]
  const blocks: Block[] = []
  for (const { page, start, end } of sections) {
    for (let at = start; at < end;) {
      const until = endOfBlock(text, at, end)
      const span = { start: at, end: until }
      blocks.push({ ...span, page: at === start ? page : null, parts: partsOf(text, span, cited) })
      at = until
    }
  }
  return blocks
}

export interface Piece<Cut extends Span> extends Span {
  text: string
  /** Null for what lies between two of them. */
  cut: Cut | null
}

/** The text in reading order, at the edges of the cuts; together the pieces hold every character once. */
export function piecesOf<Cut extends Span>(text: string, cuts: readonly Cut[]): Piece<Cut>[] {
  const pieces: Piece<Cut>[] = []
  const add = (start: number, end: number, cut: Cut | null) => {
    if (end > start) pieces.push({ start, end, text: text.slice(start, end), cut })
  }
  let at = 0
  for (const cut of cuts) {
    const [start, end] = [Math.max(at, cut.start), Math.min(text.length, cut.end)]
    add(at, start, null)
    add(start, end, cut)
    at = Math.max(at, end)
  }
  add(at, text.length, null)
  return pieces
}
