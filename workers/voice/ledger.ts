/**
 * A conversation's items as lines of its transcript: which of them are to be written, and what each
 * says. Lines are appended, never changed: an item that is cut later is written again. Pure.
 */
import { isPending, wordsOf } from './conversation.ts'
import { type Item, partsOf } from './items.ts'
import type { Speech } from './speech.ts'

export type Role = 'user' | 'assistant' | 'system' | 'tool' | 'whisper'

export interface Line {
  itemId: string
  role: Role
  text: string
  /** Milliseconds of the item's sound that were heard; null for what has none. */
  heardUntilMs: number | null
  isCut: boolean
}

/**
 * @param items As they are now
 * @param known Those that were written, by identity: `step` never changes an item in place
 * @returns lines of the others that say something final, in the order of the conversation
 */
export function linesOf(items: readonly Item[], known: ReadonlySet<Item>): Line[] {
  return items.filter((item) => !known.has(item) && isFinal(item)).map(lineOf)
}

const isFinal = (item: Item) => item.status !== 'in_progress' && !partsOf(item).some(isPending)

function lineOf(item: Item): Line {
  const head = { itemId: item.id, heardUntilMs: null, isCut: false }
  switch (item.type) {
    case 'message': {
      const speech = speechIn(item)
      const isCut = speech ? speech.cutMs !== null : item.status === 'incomplete'
      const heardUntilMs = speech ? Math.round(speech.cutMs ?? speech.sentMs) : null
      return { ...head, role: item.role, text: wordsOf(item), heardUntilMs, isCut }
    }
    case 'function_call':
      return { ...head, role: 'tool', text: `${item.name}(${item.arguments})` }
    case 'function_call_output':
      return { ...head, role: 'tool', text: item.output }
    case 'mcp_call': {
      const outcome = item.output ?? item.error ?? ''
      return { ...head, role: 'tool', text: `${item.name}(${item.arguments}): ${outcome}` }
    }
  }
}

function speechIn(item: Item): Speech | undefined {
  for (const part of partsOf(item)) if (part.type === 'output_audio') return part.speech
  return undefined
}

/** Whether two lines of one item say the same, so that the second need not be written. */
export const isSame = (a: Line | undefined, b: Line): boolean =>
  a !== undefined &&
  a.text === b.text &&
  a.heardUntilMs === b.heardUntilMs &&
  a.isCut === b.isCut &&
  a.role === b.role

/** The last line of each item, in the order the items first came. @param lines In the order written */
export function currentLines<Row extends { itemId: string }>(lines: readonly Row[]): Row[] {
  const current = new Map<string, Row>()
  for (const line of lines) current.set(line.itemId, line)
  return [...current.values()]
}
