/** The numbers in an answer's text, [1], as pieces between its words. */

export interface Piece {
  /** Offset in the answer; unique, so it can be a key. */
  at: number
  text: string
  /** Set when the piece is a mark. */
  number: number | null
}

/** Every character once and in order; marks become pieces of their own. */
export function splitMarks(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(/\[(\d{1,3})\]/g)) {
    if (match.index > at) pieces.push({ at, text: text.slice(at, match.index), number: null })
    pieces.push({ at: match.index, text: match[0], number: Number(match[1]) })
    at = match.index + match[0].length
  }
  if (at < text.length) pieces.push({ at, text: text.slice(at), number: null })
  return pieces
}
