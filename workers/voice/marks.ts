/**
 * Takes citation marks such as [1] out of a reply that arrives in pieces: a caller hears the
 * words and gets the sources as events. A piece that may be the start of a mark is held back.
 */

const MARK = /[ \t]*\[\d{1,3}\]/g
/** White space goes with the mark behind it, so it has to wait as well. */
const MAY_BE_MARK = /\s*(?:\[\d{0,3})?$/

/**
 * @param text The text held back so far and the new piece.
 * @returns what can be said now, and what must wait for the next piece
 */
export function takeMarks(text: string): { said: string; held: string } {
  const clean = text.replace(MARK, '')
  const at = clean.search(MAY_BE_MARK)
  return at === -1 ? { said: clean, held: '' } : { said: clean.slice(0, at), held: clean.slice(at) }
}
