/**
 * A PDF page holds words at places; this puts them back into lines, columns, tables and paragraphs.
 * Own rules, kept few: nothing is ever dropped, and where the layout is unclear the reading order
 * stays top to bottom.
 */

/** One run of text as the page has it; points, the origin at the lower left. */
export interface Run {
  text: string
  x: number
  y: number
  width: number
  /** Font size. */
  size: number
}

export interface LaidBlock {
  type: 'heading' | 'paragraph' | 'table'
  text: string
  /** Font size, by which headings are told from text. */
  size: number
}

interface Segment {
  text: string
  x: number
  end: number
  y: number
  size: number
}

/** A line of a page in reading order: all that paragraphs, tables and headings are told by. */
interface PageLine {
  text: string
  /** More than one is a row of a table. */
  cells: number
  y: number
  size: number
}

/** In font sizes: a gap that separates words, and one that separates cells or columns. */
const GAP = { word: 0.18, cell: 1.6 }
/** In line heights: a distance between lines that starts a new paragraph. */
const PARAGRAPH_GAP = 1.7

/** The lines of one page, column after column. */
export type PdfPage = PageLine[][]

/** A page's lines. What they are depends on the whole document (`layOutPage`). */
export function readLines(runs: readonly Run[]): PdfPage {
  return columnsOf(linesOf(runs).flat()).map(regroup)
}

/** @param body Font size of running text in the document: what is clearly larger is a heading. */
export const layOutPage = (columns: PdfPage, body: number): LaidBlock[] =>
  columns.flatMap((lines) => blocksOf(lines, body))

/** The font size most characters have; 12 when there are none. */
export function bodySize(lines: readonly Pick<PageLine, 'text' | 'size'>[]): number {
  const counts = new Map<number, number>()
  for (const { text, size } of lines) {
    const rounded = Math.round(size * 2) / 2
    counts.set(rounded, (counts.get(rounded) ?? 0) + text.length)
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 12
}

/** Runs on one baseline, left to right, with a space where the page shows one. */
function linesOf(runs: readonly Run[]): Segment[][] {
  const rows: Run[][] = []
  const sorted = runs.filter(({ text }) => text.trim()).toSorted((a, b) => b.y - a.y || a.x - b.x)
  for (const run of sorted) {
    const row = rows.at(-1)
    const first = row?.[0]
    if (row && first && Math.abs(first.y - run.y) < Math.max(first.size, run.size) * 0.4)
      row.push(run)
    else rows.push([run])
  }
  return rows.map((row) => segmentsOf(row.toSorted((a, b) => a.x - b.x)))
}

function segmentsOf(row: readonly Run[]): Segment[] {
  const segments: Segment[] = []
  for (const { text, x, y, width, size } of row) {
    const last = segments.at(-1)
    const gap = last ? (x - last.end) / size : Number.POSITIVE_INFINITY
    if (last && gap < GAP.cell) {
      last.text += (gap > GAP.word && !/\s$/.test(last.text) && !/^\s/.test(text) ? ' ' : '') + text
      last.end = Math.max(last.end, x + width)
    } else segments.push({ text, x, y, end: x + width, size })
  }
  return segments.map((segment) => ({ ...segment, text: segment.text.replace(/\s+/g, ' ').trim() }))
}

function lineOf(segments: readonly Segment[]): PageLine {
  return {
    text: segments.map(({ text }) => text).join(' | '),
    cells: segments.length,
    y: segments[0]?.y ?? 0,
    size: Math.max(...segments.map(({ size }) => size)),
  }
}

/**
 * Two columns when a vertical gutter parts nearly all segments and both sides are wide as text is,
 * not as a table's cells are. What crosses the gutter (a title) is read before what is below it.
 */
function columnsOf(segments: readonly Segment[]): Segment[][] {
  const gutter = gutterOf(segments)
  if (gutter === undefined) return [[...segments]]
  const columns: Segment[][] = []
  let left: Segment[] = []
  let right: Segment[] = []
  const flush = () => {
    columns.push(left, right)
    left = []
    right = []
  }
  for (const segment of segments) {
    if (segment.end <= gutter) left.push(segment)
    else if (segment.x >= gutter) right.push(segment)
    else {
      flush()
      columns.push([segment])
    }
  }
  flush()
  return columns.filter((column) => column.length > 0)
}

function gutterOf(segments: readonly Segment[]): number | undefined {
  const x = Math.min(...segments.map((segment) => segment.x))
  const end = Math.max(...segments.map((segment) => segment.end))
  const wide = segments.filter((segment) => segment.end - segment.x > (end - x) * 0.3)
  if (segments.length < 12 || wide.length < segments.length * 0.6) return undefined
  const starts = wide.map((segment) => segment.x).filter((start) => start > x + (end - x) * 0.4)
  const gutter = Math.min(...starts) - 1
  const crossing = segments.filter((segment) => segment.x < gutter && segment.end > gutter)
  const right = segments.filter((segment) => segment.x >= gutter)
  const balanced = right.length > segments.length * 0.25
  return balanced && crossing.length < segments.length * 0.15 ? gutter : undefined
}

function regroup(segments: readonly Segment[]): PageLine[] {
  const lines: Segment[][] = []
  for (const segment of segments) {
    const line = lines.at(-1)
    const first = line?.[0]
    if (line && first && Math.abs(first.y - segment.y) < first.size * 0.4) line.push(segment)
    else lines.push([segment])
  }
  return lines.map(lineOf)
}

function blocksOf(lines: readonly PageLine[], body: number): LaidBlock[] {
  const blocks: LaidBlock[] = []
  let last: PageLine | undefined
  for (const line of lines) {
    const type = typeOf(line, body)
    const open = blocks.at(-1)
    const joins = open && last && open.type === type && follows(last, line, type)
    if (joins) open.text = join(open.text, line.text, type)
    else blocks.push({ type, text: line.text, size: line.size })
    last = line
  }
  return blocks
}

function typeOf({ text, cells, size }: PageLine, body: number): LaidBlock['type'] {
  if (cells > 1) return 'table'
  return size >= body * 1.15 && text.length <= 160 ? 'heading' : 'paragraph'
}

function follows(last: PageLine, line: PageLine, type: LaidBlock['type']): boolean {
  const distance = (last.y - line.y) / Math.max(last.size, line.size)
  if (distance <= 0 || distance > PARAGRAPH_GAP * (type === 'table' ? 1.5 : 1)) return false
  return Math.abs(last.size - line.size) < 0.6
}

/** Lines of a paragraph flow together, and a word divided at a line's end is made whole. */
function join(text: string, line: string, type: LaidBlock['type']): string {
  if (type === 'table') return `${text}\n${line}`
  return /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(line)
    ? text.slice(0, -1) + line
    : `${text} ${line}`
}
