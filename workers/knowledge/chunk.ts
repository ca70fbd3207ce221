/**
 * Cuts a document into the pieces that are searched and cited. A chunk is one stretch of the canonical
 * text, so a position in it is a position in the document: `text.slice(start, end)` is the chunk.
 */
import { type Block, type Extracted, headingText } from './blocks.ts'
import type { PageSpan } from './schemas.ts'

export interface Chunk {
  start: number
  end: number
  /** Headings above it, and the header row where it continues a table. */
  context: string
  page: number
  /** Offsets in the canonical text at which later pages begin inside the chunk. */
  pageStarts: number[]
}

/** Characters a chunk aims for and never exceeds. */
export const CHUNK = { target: 1200, max: 2000 }

interface Opened extends Piece {
  /** Index of the page it begins on. */
  page: number
}

interface Piece {
  start: number
  end: number
  context: string
  /** The headings down to its own section. */
  section: string
  /** Nothing but headings so far: what follows belongs to them. */
  bare: boolean
}

/** The chunks of a document, in order, without overlap; together they hold every block. */
export function chunkDocument({ text, blocks, pages }: Extracted): Chunk[] {
  const path: string[] = []
  const chunks: Opened[] = []
  const headerOf = createHeaders(text)
  let page = 0
  for (const block of blocks) {
    while ((pages[page + 1]?.start ?? Infinity) <= block.start) page++
    const above = descend(path, block, text)
    const header = headerOf(block, page)
    for (const piece of piecesOf(text, block, above, joined(path), header)) {
      const open = chunks.at(-1)
      if (open && fits(open, piece, page))
        Object.assign(open, { ...piece, start: open.start, context: open.context })
      else chunks.push({ ...piece, page })
    }
  }
  return chunks.map(({ start, end, context }) => {
    return { start, end, context, ...pagesOf({ start, end }, pages) }
  })
}

/** Characters of a line that may stand between the parts of a table, as the foot of a page does. */
const MARGIN = 80

/**
 * Follows tables over the pages: one that begins where the last page ended in a table of as many columns
 * goes on with that one, and its header row is that one's. Anything but a margin's lines ends the table.
 */
function createHeaders(text: string) {
  let last: { row: string; page: number } | undefined
  return ({ type, start, end }: Block, page: number): string | undefined => {
    if (type !== 'table') {
      if (type === 'heading' || end - start > MARGIN) last = undefined
      return undefined
    }
    const own = rowAt(text, start, end)
    const goesOn = last && page === last.page + 1 && cellsOf(own) === cellsOf(last.row)
    const header = goesOn && last?.row !== own ? last?.row : undefined
    last = { row: header ?? own, page }
    return header
  }
}

function rowAt(text: string, start: number, end: number): string {
  const newline = text.indexOf('\n', start)
  return text.slice(start, newline === -1 ? end : Math.min(newline, end)).trim()
}

const cellsOf = (row: string) => row.split('|').length

/**
 * Takes a heading into the path.
 *
 * @returns the context of the block: a heading's own words are in its chunk, and stand there first
 */
function descend(path: string[], { type, level, start, end }: Block, text: string): string {
  if (type !== 'heading') return joined(path)
  path.length = Math.min(path.length, level - 1)
  const above = joined(path)
  path[level - 1] = headingText(text.slice(start, end))
  return above
}

/** Sparse where a level was skipped. */
const joined = (path: readonly (string | undefined)[]) => path.filter(Boolean).join(' › ')

/**
 * A section goes on in its chunk until the target is reached; a heading takes what follows along. What
 * is half full ends with its page, so that an edited page moves the cuts of few others.
 */
function fits(open: Opened, piece: Piece, page: number): boolean {
  const length = piece.end - open.start
  if (open.bare) return length <= CHUNK.max
  if (page !== open.page && open.end - open.start >= CHUNK.target / 2) return false
  return !piece.bare && piece.section === open.section && length <= CHUNK.target
}

/**
 * The block itself, or parts of it that are small enough.
 *
 * @param inherited Header row of the table it goes on with.
 */
function piecesOf(
  text: string,
  block: Block,
  context: string,
  section: string,
  inherited: string | undefined,
): Piece[] {
  const { start, end, type } = block
  const bare = type === 'heading'
  const own = type === 'table' ? rowAt(text, start, end) : ''
  const header = inherited ?? own
  const isWhole = end - start <= CHUNK.max
  if (isWhole && inherited === undefined) return [{ start, end, context, section, bare }]
  const cuts = type === 'table' ? rowEnds(text, block) : sentenceEnds(text, block)
  const spans = isWhole ? [{ start, end }] : cutAt(text, block, cuts)
  return spans.map((span, index) => {
    const isLater = index > 0 || inherited !== undefined
    const repeats = isLater && header.length <= CHUNK.target / 4
    return { ...span, context: repeats ? joined([context, header]) : context, section, bare }
  })
}

/** Greedy: each part takes as many units as the target allows; a unit that is too long is cut hard. */
function cutAt(text: string, { start, end }: Block, cuts: readonly number[]) {
  const spans: { start: number; end: number }[] = []
  let from = start
  let to = start
  const flush = (until: number) => {
    const span = trimmed(text, from, until)
    if (span.end > span.start) spans.push(span)
    from = until
  }
  for (const cut of [...cuts, end]) {
    if (cut - from > CHUNK.target && to > from) flush(to)
    while (cut - from > CHUNK.max) flush(hardCut(text, from))
    to = cut
  }
  flush(end)
  return spans
}

/** After the last white space before the limit, else between two characters, never inside one. */
function hardCut(text: string, from: number): number {
  const limit = from + CHUNK.target
  const space = text.slice(from, limit).search(/\s\S*$/)
  if (space > CHUNK.target / 2) return from + space + 1
  const code = text.charCodeAt(limit)
  return code >= 0xdc00 && code <= 0xdfff ? limit - 1 : limit
}

function trimmed(text: string, start: number, end: number) {
  const slice = text.slice(start, end)
  const lead = slice.length - slice.trimStart().length
  return { start: start + Math.min(lead, slice.length), end: start + slice.trimEnd().length }
}

function rowEnds(text: string, { start, end }: Block): number[] {
  const ends: number[] = []
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) {
    ends.push(at + 1)
  }
  return ends
}

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' })

function sentenceEnds(text: string, { start, end }: Block): number[] {
  const parts = sentences.segment(text.slice(start, end))
  return Array.from(parts, ({ index, segment }) => start + index + segment.length)
}

function pagesOf({ start, end }: Omit<PageSpan, 'page'>, pages: readonly PageSpan[]) {
  const inside = pages.filter((page) => page.start < end && page.end > start)
  const [first, ...later] = inside
  return { page: first?.page ?? 1, pageStarts: later.map((page) => page.start) }
}
