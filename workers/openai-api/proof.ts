/** An answer's proof as clients get it: places of the marks, addresses of the passages, and `va`. */
import type { Cited, Place, Proved, Source } from './wire-types.ts'

/** Where the console shows a passage: its document opened at the page, the span marked. */
export function viewerUrl(publicUrl: string, { documentId, page, start, end }: Place): string {
  const query = `doc=${documentId}&page=${page}&start=${start}&end=${end}`
  return `${publicUrl.replace(/\/+$/, '')}/console/ask?${query}`
}

/** A mark such as [2] in the text: UTF-16 offsets, end exclusive. */
export interface Mark {
  number: number
  start: number
  end: number
}

/** The marks of a piece of text. Only the server writes them, each in one piece. @param at Offset of the piece. */
export const marksOf = (piece: string, at = 0): Mark[] =>
  Array.from(piece.matchAll(/\[(\d+)\]/g), ({ 0: mark, 1: number, index }) => {
    return { number: Number(number), start: at + index, end: at + index + mark.length }
  })

/** The chunk a citation's words are from, or which they were shown with. */
export const sourceOf = (sources: readonly Source[], cited: Place): Source | undefined =>
  sources.find(
    ({ documentId, around = [], ...own }) =>
      documentId === cited.documentId &&
      [own, ...around].some(({ start, end }) => start <= cited.start && cited.end <= end),
  )

/** The extension object on every answer; nothing of it is OpenAI's. */
export function extensionOf(publicUrl: string, proved: Proved) {
  const { answerId, abstained, withheld, cached, costMicroDollars, timings, kbVersions } = proved
  const versions = Object.values(kbVersions)
  const [version = 0] = versions
  return {
    answer_id: answerId,
    abstained,
    withheld,
    cached,
    cost: { micro_dollars: costMicroDollars },
    kb_version: versions.length > 1 ? kbVersions : version,
    timings_ms: timings,
    citations: proved.citations.map((citation) => citedOf(publicUrl, citation)),
  }
}

/** A citation with the address of its passage. */
export function citedOf(publicUrl: string, citation: Cited) {
  const { number, documentId: file_id, title, page, start, end, quote } = citation
  return { number, file_id, title, page, start, end, quote, url: viewerUrl(publicUrl, citation) }
}
