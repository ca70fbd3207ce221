/**
 * Cuts a growing reply into pieces worth speaking: the first as early as it sounds natural, since
 * it decides how long the caller waits; the others whole sentences, since those sound best.
 */

export interface Cut {
  /** Ready to be spoken, in order; together with `rest` they are the text that was given. */
  clauses: string[]
  /** What more text may still continue. */
  rest: string
}

/** Words after which the first piece is spoken without waiting for punctuation. */
const FIRST_WORDS = 5

/** Text without any sentence end is spoken in pieces no longer than this. */
const MAX_CHARS = 240

/**
 * Ends of clauses. Marks that also stand inside numbers count only before white space; those of
 * Arabic, Devanagari and the full-width scripts always, for no white space need follow them.
 */
const CLAUSE_END = /[.,;:!?…—–][\p{Quotation_Mark}\p{Pe}]*\s+|[،؛؟।॥、。，．；：！？]\s*/u

const WORDS = new RegExp(`^\\s*(?:\\S+\\s+){${FIRST_WORDS}}`, 'u')

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' })
const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/**
 * @param text Unspoken text so far: the previous `rest` and what came since.
 * @param isFirst Whether nothing of this reply has been cut yet.
 */
export function cutClauses(text: string, isFirst: boolean): Cut {
  const first = isFirst ? firstClause(text) : 0
  if (isFirst && first === 0) return { clauses: [], rest: text }
  const clauses = first > 0 ? [text.slice(0, first)] : []
  const segments = Array.from(sentences.segment(text.slice(first)), ({ segment }) => segment)
  const last = segments.pop() ?? ''
  const cut = last.length > MAX_CHARS ? lastBreak(last) : 0
  const forced = cut > 0 ? [last.slice(0, cut)] : []
  const whole = [...clauses, ...segments, ...forced].filter((clause) => clause !== '')
  return { clauses: whole, rest: last.slice(cut) }
}

/** Where the first clause ends, or 0 when that cannot be said yet. */
function firstClause(text: string): number {
  const mark = CLAUSE_END.exec(text)
  const byMark = mark ? mark.index + mark[0].length : Number.POSITIVE_INFINITY
  const byWords = WORDS.exec(text)?.[0].length ?? Number.POSITIVE_INFINITY
  const end = Math.min(byMark, byWords)
  if (end !== Number.POSITIVE_INFINITY) return end
  return text.length > MAX_CHARS ? lastBreak(text) : 0
}

/** The last clause end, else the last word boundary, that keeps a piece within MAX_CHARS. */
function lastBreak(text: string): number {
  const head = text.slice(0, MAX_CHARS)
  const marks = Array.from(head.matchAll(new RegExp(CLAUSE_END, 'gu')))
  const mark = marks.at(-1)
  if (mark) return mark.index + mark[0].length
  const last = Array.from(words.segment(head)).at(-1)
  return last && last.index > 0 ? last.index : MAX_CHARS
}
