/** Both sides of a conversation as lines, folded from events. Pure; any framework can show it. */
import type { Citation } from '../../workers/knowledge/schemas.ts'

export interface Line {
  itemId: string
  speaker: 'user' | 'assistant'
  text: string
  isFinal: boolean
  /** The listener spoke over it; the text is what the server says was heard. */
  wasInterrupted: boolean
  /** What the assistant's words rest on, in the order of their numbers. */
  citations: readonly Citation[]
}

export type LineChange =
  | { type: 'append'; itemId: string; speaker: Line['speaker']; text: string }
  | { type: 'replace'; itemId: string; speaker: Line['speaker']; text: string }
  | { type: 'interrupt'; itemId: string }
  | { type: 'cite'; itemId: string; citation: Citation }

const changed = (line: Line, change: LineChange): Line => {
  if (change.type === 'interrupt') return { ...line, wasInterrupted: true, isFinal: true }
  if (change.type === 'cite') {
    return { ...line, citations: [...line.citations, change.citation] }
  }
  if (change.type === 'append') return { ...line, text: line.text + change.text }
  return { ...line, text: change.text, isFinal: true }
}

/** The lines after one change; lines stay in the order in which their items first appeared. */
export function applyChange(lines: readonly Line[], change: LineChange): readonly Line[] {
  if (lines.some(({ itemId }) => itemId === change.itemId)) {
    return lines.map((line) => (line.itemId === change.itemId ? changed(line, change) : line))
  }
  if (change.type === 'interrupt') return lines
  const { itemId } = change
  const blank: Line = {
    itemId,
    speaker: change.type === 'cite' ? 'assistant' : change.speaker,
    text: '',
    isFinal: false,
    wasInterrupted: false,
    citations: [],
  }
  return [...lines, changed(blank, change)]
}
