/**
 * Sentences of a document's text with their exact places, and what each stands under. Reads Markdown
 * and text broken into lines as PDF pages are. Pure.
 */

export interface Sentence {
  /** Offsets into the text, end exclusive, without list marks and surrounding space. */
  readonly start: number
  readonly end: number
  /** The nearest heading above, and for a row its table's first; empty when there is neither. */
  readonly heading: string
}

interface Block {
  readonly start: number
  readonly end: number
  readonly heading: string
}

const HEADING = /^\s*#{1,6}\s+/u
const LIST_MARK = /^\s*(?:[-*+•‣>]|\d{1,3}[.)])\s+/u
const TABLE_ROW = /^\s*\|/u
const BLANK = /^\s*$/u

/** Unicode's rule ends a sentence after any of these; a sentence goes on. */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{Lu}|Dr|Mr|Mrs|Ms|Prof|St|vs|cf|ca|approx|Fig|Eq|No|Nr|e\.g|i\.e|т\.е|г|ул|рис|стр|руб|тыс|им)\.\s*$/u

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

export function sentencesOf(text: string): Sentence[] {
  return blocksOf(text).flatMap((block) => sentencesIn(text, block))
}

/** Paragraphs, list items and table rows; headings and first rows go with those below them. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let goesOn = false
  for (const { kind, ...line } of linesOf(text)) {
    const last = blocks.at(-1)
    if (kind === 'text' && goesOn && last) blocks.splice(-1, 1, { ...last, end: line.end })
    else if (kind !== 'break') blocks.push(line)
    goesOn = kind === 'text' || kind === 'item'
  }
  return blocks
}

/** Lines with what they stand under; headings and the first rows of tables only break. */
function* linesOf(text: string): Iterable<Block & { kind: 'text' | 'item' | 'row' | 'break' }> {
  let title = ''
  let firstRow = ''
  for (const { 0: line, index } of text.matchAll(/[^\n]+|\n(?=\n)/gu)) {
    const kind = kindOf(line)
    if (kind === 'heading') title = line.replace(HEADING, '').trim()
    const isFirstRow = kind === 'row' && firstRow === ''
    if (isFirstRow) firstRow = line.trim()
    if (kind !== 'row') firstRow = ''
    const start = index + (LIST_MARK.exec(line)?.[0].length ?? 0)
    const place = { start, end: index + line.length, heading: `${title} ${firstRow}`.trim() }
    const breaks = kind === 'blank' || kind === 'heading' || isFirstRow
    yield { ...place, kind: breaks ? 'break' : kind }
  }
}

function kindOf(line: string): 'blank' | 'heading' | 'item' | 'row' | 'text' {
  if (BLANK.test(line)) return 'blank'
  if (HEADING.test(line)) return 'heading'
  if (TABLE_ROW.test(line)) return 'row'
  return LIST_MARK.test(line) ? 'item' : 'text'
}

function sentencesIn(text: string, { start, end, heading }: Block): Sentence[] {
  // A line break would end a sentence, but lines of a paragraph break anywhere.
  const flat = text.slice(start, end).replaceAll(/[\r\n]/gu, ' ')
  const spans: { start: number; end: number }[] = []
  for (const { segment, index } of segmenter.segment(flat)) {
    const last = spans.at(-1)
    const span = { start: start + index, end: start + index + segment.length }
    if (last && ABBREVIATION.test(text.slice(last.start, last.end))) last.end = span.end
    else spans.push(span)
  }
  return spans.map((span) => ({ ...trimmed(text, span), heading })).filter(hasLength)
}

/** Without space around it, nor the stars that closed bold type before it. */
function trimmed(text: string, { start, end }: { start: number; end: number }) {
  const slice = text.slice(start, end)
  const lead = /^(?:\s*[*_]+(?=\s))?\s*/u.exec(slice)?.[0].length ?? 0
  return { start: start + lead, end: end - slice.length + slice.trimEnd().length }
}

function hasLength({ start, end }: Sentence): boolean {
  return end > start
}
