/**
 * Sentences of a document's text with their exact places, and the heading each stands under. Reads
 * Markdown and text broken into lines as PDF pages are. Pure.
 */

export interface Sentence {
  /** Offsets into the text, end exclusive, without list marks and surrounding space. */
  readonly start: number
  readonly end: number
  /** The nearest heading above, empty when there is none. */
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

/** Paragraphs, list items and table rows; headings are not blocks but go with those below them. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let heading = ''
  let open: { start: number; end: number } | undefined
  const close = () => {
    if (open) blocks.push({ ...open, heading })
    open = undefined
  }
  for (const { 0: line, index } of text.matchAll(/[^\n]+|\n(?=\n)/gu)) {
    const kind = kindOf(line)
    if (kind !== 'text') close()
    if (kind === 'heading') heading = line.replace(HEADING, '').trim()
    if (kind === 'heading' || kind === 'blank') continue
    const mark = LIST_MARK.exec(line)?.[0].length ?? 0
    open = { start: open?.start ?? index + mark, end: index + line.length }
    if (kind === 'row') close()
  }
  close()
  return blocks
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

function trimmed(text: string, { start, end }: { start: number; end: number }) {
  const slice = text.slice(start, end)
  return {
    start: start + slice.length - slice.trimStart().length,
    end: end - slice.length + slice.trimEnd().length,
  }
}

function hasLength({ start, end }: Sentence): boolean {
  return end > start
}
