/**
 * A document as blocks: the one form all formats are brought into before chunking. Blocks lie in
 * the canonical text, in order and without overlap; what is between them is white space.
 */
import type { CanonicalText, PageSpan } from './schemas.ts'

export interface Block {
  type: 'heading' | 'paragraph' | 'table'
  /** Depth of a heading from 1; 0 for the others. */
  level: number
  start: number
  end: number
}

export interface Extracted extends CanonicalText {
  /** The document's own title, when it has one. */
  title: string | undefined
  blocks: Block[]
}

interface Line {
  text: string
  start: number
}

const HEADING = /^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$/
const FENCE = /^ {0,3}(```|~~~)/
const TABLE_ROW = /^\s*\|.*\|\s*$/

/** @param text Already normalised; it is the canonical text. */
export function blocksOfMarkdown(text: string): Extracted {
  const blocks: Block[] = []
  let fenced = false
  for (const line of linesOf(text)) {
    const fence = FENCE.test(line.text)
    const heading = fenced ? null : HEADING.exec(line.text)
    if (heading) add(blocks, line, 'heading', heading[1]?.length ?? 1)
    else if (line.text.trim() === '' && !fenced) blocks.push(gapAt(line))
    else add(blocks, line, !fenced && TABLE_ROW.test(line.text) ? 'table' : 'paragraph', 0)
    if (fence) fenced = !fenced
  }
  const kept = blocks.filter(({ start, end }) => end > start)
  return { text, title: titleOf(text, kept), blocks: kept, pages: onePage(text) }
}

/** The first heading, when it is of the highest level. */
function titleOf(text: string, blocks: readonly Block[]): string | undefined {
  const first = blocks.find(({ type }) => type === 'heading')
  return first?.level === 1 ? headingText(text.slice(first.start, first.end)) : undefined
}

/** @param text Already normalised; paragraphs are separated by empty lines. */
export function blocksOfPlainText(text: string): Extracted {
  const blocks: Block[] = []
  for (const line of linesOf(text)) {
    if (line.text.trim() === '') blocks.push(gapAt(line))
    else add(blocks, line, 'paragraph', 0)
  }
  const kept = blocks.filter(({ start, end }) => end > start)
  return { text, title: undefined, blocks: kept, pages: onePage(text) }
}

/** A heading's words, without the marks of its format. */
export const headingText = (line: string) => (HEADING.exec(line)?.[2] ?? line).trim()

/** Joins a line to the block before it when both are of one kind and nothing is between them. */
function add(blocks: Block[], line: Line, type: Block['type'], level: number): void {
  const end = line.start + line.text.trimEnd().length
  const last = blocks.at(-1)
  const joins = last && last.end > last.start && last.type === type && type !== 'heading'
  if (joins) last.end = end
  else blocks.push({ type, level, start: line.start, end })
}

/** An empty block: it only keeps the next line from joining the one before. */
const gapAt = ({ start }: Line): Block => ({ type: 'paragraph', level: 0, start, end: start })

function* linesOf(text: string): Generator<Line> {
  for (let start = 0; start < text.length;) {
    const next = text.indexOf('\n', start)
    const end = next === -1 ? text.length : next
    yield { text: text.slice(start, end), start }
    start = end + 1
  }
}

const onePage = (text: string): PageSpan[] => [{ page: 1, start: 0, end: text.length }]
