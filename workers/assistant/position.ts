/**
 * Where in a turn a reader is: the number of a part and, within a text, of characters. An event's id
 * is the position behind it, so a stream that broke can go on exactly there. Pure.
 */
import type { Part } from './schemas.ts'

export interface Position {
  /** The part that is being shown. */
  part: number
  /** UTF-16 characters of its text that were shown; 0 for parts that come whole. */
  offset: number
}

export const START: Position = { part: 0, offset: 0 }

export const formatPosition = ({ part, offset }: Position): string => `${part}.${offset}`

/** @returns undefined for what no event of ours had */
export function parsePosition(text: string): Position | undefined {
  const [, part, offset] = /^(\d{1,6})\.(\d{1,9})$/.exec(text) ?? []
  return part === undefined ? undefined : { part: Number(part), offset: Number(offset) }
}

/** The position behind a piece. A part that comes whole ends the text before it. */
export function advance(at: Position, piece: Part): Position {
  if (piece.type === 'text') return { part: at.part, offset: at.offset + piece.text.length }
  return { part: at.part + (at.offset > 0 ? 2 : 1), offset: 0 }
}

/** What is left to show of a turn behind `from`. */
export function* remainder(parts: readonly Part[], from: Position): Generator<Part> {
  for (const [index, part] of parts.entries()) {
    if (index < from.part) continue
    const offset = index === from.part ? from.offset : 0
    if (part.type !== 'text') yield part
    else if (offset < part.text.length) yield { ...part, text: part.text.slice(offset) }
  }
}
