/**
 * From a model's raw text to an answer that proves itself. A statement is shown once a quote after it
 * was found, byte for byte, in the source it names; a statement whose quotes cannot be found, or that
 * has none, is withheld and counted. Only this file writes [1], [2] …: brackets with numbers that
 * come from the model or from a document are made harmless.
 */
import { createMarkParser, type MarkEvent } from './marks.ts'
import { inert, NOT_FOUND } from './prompt.ts'
import type { Citation } from './schemas.ts'
import { suspicionsOf } from './suspicion.ts'

/** A source as the model was shown it, and where it lies in its document. */
export interface CitableSource {
  id: string
  documentId: string
  title: string
  text: string
  /** Offset of `text` in the canonical text. */
  start: number
  page: number
  pageStarts: readonly number[]
  /** The source with what stands around it, in reading order; left out: itself alone. */
  parts?: readonly Part[]
}

/** A stretch of a document's canonical text. */
type Part = Pick<CitableSource, 'text' | 'start' | 'page' | 'pageStarts'>

export type CitedEvent = { type: 'delta'; text: string } | { type: 'citation'; citation: Citation }

export interface Cited {
  text: string
  citations: Citation[]
  withheld: number
}

interface CiterOptions {
  /** Citations made before, whose numbers go on. */
  before?: readonly Citation[]
  /** Keeps what has no mark at all; what has one that proves nothing is withheld even so. */
  keepsUnmarked?: boolean
}

export function createCiter(
  sources: readonly CitableSource[],
  { before = [], keepsUnmarked = false }: CiterOptions = {},
) {
  const parser = createMarkParser()
  const byId = new Map(sources.map((source) => [source.id, source]))
  const citations: Citation[] = [...before]
  let text = ''
  /** Since the last mark: a statement that is not proved yet. */
  let statement = ''
  let withheld = 0

  function* take(event: MarkEvent): Generator<CitedEvent> {
    if (event.type === 'text') {
      statement += event.text
      return
    }
    const source = event.type === 'mark' ? byId.get(event.sourceId) : undefined
    const found = source && event.type === 'mark' ? find(source, event.quote) : undefined
    if (!source || !found) return withhold()
    const citation = citationOf(source, found, citations)
    if (citation.number > citations.length) {
      citations.push(citation)
      yield { type: 'citation', citation }
    }
    const delta = appendix(text, harmless(statement, sources), citation.number)
    statement = ''
    text += delta
    if (delta) yield { type: 'delta', text: delta }
  }

  /** A failed mark right behind a good one has no statement of its own, so nothing is lost. */
  function withhold(): void {
    if (/[\p{L}\p{N}]/u.test(statement) && statement.trim() !== NOT_FOUND) withheld++
    statement = ''
  }

  /** The statement behind the last mark; what is left of it is a full stop most of the time. */
  function unmarked(): string {
    const isAnswer = statement.trim() !== NOT_FOUND && (text === '' || /\S/.test(statement))
    const rest = isAnswer ? harmless(statement, sources) : ''
    if (rest) statement = ''
    return rest
  }

  return {
    *push(piece: string): Generator<CitedEvent> {
      for (const event of parser.push(piece)) yield* take(event)
    },
    /** What became of it, once the model has ended. */
    *finish(): Generator<CitedEvent, Cited> {
      for (const event of parser.flush()) yield* take(event)
      const rest = keepsUnmarked ? unmarked() : ''
      text += rest
      if (rest) yield { type: 'delta', text: rest }
      withhold()
      return { text, citations, withheld }
    },
  }
}

/** What a proved statement adds to the text before it. */
function appendix(before: string, statement: string, number: number): string {
  const words = statement.trim()
  const mark = `[${number}]`
  if (!words) return before.endsWith(mark) ? '' : mark
  if (!before) return `${words.replace(/^[.,;:!?)\s]+/, '')} ${mark}`
  const lead = /^\s*/.exec(statement)?.[0] ?? ''
  const separator = lead || (/^[.,;:!?)]/.test(words) ? '' : ' ')
  return `${separator}${words} ${mark}`
}

const LINK = /!?\[([^\]\n]*)\]\([^)\n]*\)/g
/** Whatever a client may make a link of, or fetch by itself. */
const ADDRESS =
  /\bhttps?:\/\/[^\s<>()[\]"]+|(?:\b(?:ftp|wss?):)?\/\/[\w-]+(?:\.[\w-]+)+[^\s<>()[\]"]*|\bwww\.[^\s<>()[\]"]+|\b(?:javascript|vbscript|data):[^\s<>()[\]"]+/gi

/**
 * Numbers in brackets are ours alone. Of links only the words stay, and of addresses those a source has
 * that looks like no attempt on its reader.
 */
function harmless(statement: string, sources: readonly CitableSource[]): string {
  return statement
    .replace(LINK, '$1')
    .replace(/\[(\d+(?:[,\s–-]+\d+)*)\]/g, '($1)')
    .replace(ADDRESS, (address) =>
      sources
        .flatMap((source) => source.parts ?? [source])
        .some(({ text }) => text.includes(address) && suspicionsOf(text).length === 0)
        ? address
        : '',
    )
}

interface Span {
  start: number
  end: number
}

/** The part that has the quote: the chunk that was found before those around it. */
function find(source: CitableSource, quote: string): { part: Part; span: Span } | undefined {
  for (const part of [source, ...(source.parts ?? [])]) {
    const span = locate(inert(part.text), quote)
    if (span) return { part, span }
  }
  return undefined
}

/**
 * Where the quote stands in the source, as the model was shown it. White space may differ, for models write a line break as a
 * space; what is cited are the source's own characters either way.
 */
function locate(text: string, quote: string): Span | undefined {
  const wanted = quote.trim()
  if (!/[\p{L}\p{N}]{2}/u.test(wanted)) return undefined
  const at = text.indexOf(wanted)
  if (at !== -1) return { start: at, end: at + wanted.length }
  const words = wanted.split(/\s+/).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  const match = new RegExp(words.join('\\s+'), 'u').exec(text)
  return match ? { start: match.index, end: match.index + match[0].length } : undefined
}

/** The citation of a span; a span cited before keeps its number. */
function citationOf(
  { documentId, title }: CitableSource,
  { part, span }: { part: Part; span: Span },
  known: readonly Citation[],
): Citation {
  const { page, pageStarts } = part
  const start = part.start + span.start
  const end = part.start + span.end
  const same = known.find(
    (one) => one.documentId === documentId && one.start === start && one.end === end,
  )
  if (same) return same
  const later = pageStarts.filter((pageStart) => pageStart <= start).length
  const quote = part.text.slice(span.start, span.end)
  return { number: known.length + 1, documentId, title, page: page + later, start, end, quote }
}
