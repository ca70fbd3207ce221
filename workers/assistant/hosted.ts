/**
 * A turn for a program that keeps the conversation itself and may bring functions of its own: what it
 * sends, and what the model is told of it. Pure; the turn is hosted-service.ts.
 */
import type { Turn } from './schemas.ts'
import type { Call, ModelMessage } from './turn-state.ts'
import { estimateTokens, HISTORY_TOKENS, trimResult } from './window.ts'

/** One thing of the conversation, oldest first. */
export type Item =
  | { type: 'said'; role: 'user' | 'assistant'; text: string }
  /** Of the program's functions; arguments are JSON as the model wrote it. */
  | { type: 'call'; callId: string; name: string; arguments: string }
  | { type: 'result'; callId: string; output: string }
  /** What an earlier turn said and did, by the id of something in its reply. */
  | { type: 'reference'; id: string }

/** What is kept of a turn for the next one: nobody else has what our tools returned. */
export interface Kept<Source = unknown> {
  sessionId: string
  /** What it was asked with. */
  before: readonly ModelMessage[]
  /** What it said and did. */
  made: readonly ModelMessage[]
  sources: readonly Source[]
  /** Calls that were the program's to run. */
  calls: readonly Call[]
  /** Calls the user must agree to, under the ids of the reply. */
  unconfirmed: readonly Call[]
}

export type Told = { messages: ModelMessage[] } | { fault: string; at: number }

/** The id of something in a turn's reply, which tells the turn. At most 40 characters for a call, as OpenAI takes them. */
export const idIn = (kind: 'call' | 'fc' | 'mcp' | 'msg', turnId: string, part: number | string) =>
  `${kind}_${turnId.replaceAll('-', '')}_${part}`

/** The turn that such an id is of. */
export function turnOf(id: string): string | undefined {
  const hex = /^[a-z]+_([0-9a-f]{32})(_|$)/.exec(id)?.[1]
  return hex?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Turns that the items name. */
export function turnsIn(items: readonly Item[]): string[] {
  const ids = items.flatMap((item) => {
    if (item.type === 'call') return [item.callId]
    return item.type === 'reference' ? [item.id] : []
  })
  return [...new Set(ids.flatMap((id) => turnOf(id) ?? []))]
}

/**
 * The conversation as messages, behind that of the turn it goes on from. Where a turn that is kept is named, what it said and did stands once, in
 * place of what the program knows of it.
 */
export function messagesFrom(
  items: readonly Item[],
  kept: ReadonlyMap<string, Kept>,
  previous?: Kept,
): Told {
  const messages: ModelMessage[] = previous ? wholeOf(previous) : []
  const told = new Set<string>()
  const open = new Map(previous?.calls.map(({ id }) => [id, 0]))

  function recall(id: string): boolean {
    const turn = turnOf(id)
    const one = turn === undefined ? undefined : kept.get(turn)
    if (turn === undefined || !one) return false
    if (told.has(turn)) return true
    told.add(turn)
    const last = messages.at(-1)
    // Its words, as the program sends them back.
    if (last?.role === 'assistant' && last.calls.length === 0) messages.pop()
    messages.push(...one.made)
    return true
  }

  function call({ callId: id, name, arguments: text }: Extract<Item, { type: 'call' }>): void {
    recall(id)
    const last = messages.at(-1)
    const one = { id, name, arguments: text }
    if (last?.role === 'assistant') messages.splice(-1, 1, { ...last, calls: [...last.calls, one] })
    else messages.push({ role: 'assistant', content: '', calls: [one] })
  }

  /** @returns what is wrong with it */
  function add(item: Item, at: number): string | undefined {
    const isBetween = item.type === 'said' || item.type === 'reference'
    if (isBetween && open.size > 0) return unanswered(open)
    switch (item.type) {
      case 'said':
        if (item.text.trim() !== '') messages.push(saying(item))
        return undefined
      case 'reference':
        return recall(item.id) ? undefined : `Nothing is kept under ${item.id}.`
      case 'call':
        open.set(item.callId, at)
        call(item)
        return undefined
      case 'result':
        if (!open.delete(item.callId)) return `No call ${item.callId} waits for a result.`
        messages.push({ role: 'tool', callId: item.callId, content: trimResult(item.output) })
    }
  }

  for (const [at, item] of items.entries()) {
    const fault = add(item, at)
    if (fault !== undefined) return { fault, at }
  }
  if (open.size > 0) return { fault: unanswered(open), at: [...open.values()][0] ?? 0 }
  const role = messages.at(-1)?.role
  if (role === 'user' || role === 'tool') return { messages }
  return { fault: 'The last message must be the user’s, or a result.', at: items.length - 1 }
}

/** A turn as the next one is told it. */
function wholeOf({ before, made, calls }: Kept): ModelMessage[] {
  if (calls.length === 0) return [...before, ...made]
  const last = made.at(-1)
  return last?.role === 'assistant' && last.calls.length === 0
    ? [...before, ...made.slice(0, -1), { ...last, calls }]
    : [...before, ...made, { role: 'assistant', content: '', calls }]
}

const unanswered = (open: ReadonlyMap<string, number>) =>
  `Each call needs its result: ${[...open.keys()].join(', ')}.`

/** Marks of citations are ours to write: a model that sees them would imitate them. */
const saying = ({ role, text }: Extract<Item, { type: 'said' }>): ModelMessage =>
  role === 'user'
    ? { role, content: text }
    : { role, content: text.replace(/\s*\[\d+\]/g, ''), calls: [] }

/** The newest exchanges that fit, each whole: from a question to the next one. The last one is always there. */
export function fitExchanges(messages: readonly ModelMessage[], tokens = HISTORY_TOKENS) {
  let first = messages.length
  let left = tokens
  for (let at = messages.length - 1; at >= 0; at--) {
    left -= costOf(messages[at])
    if (messages[at]?.role !== 'user') continue
    if (left < 0 && first < messages.length) break
    first = at
  }
  return messages.slice(first === messages.length ? 0 : first)
}

function costOf(message: ModelMessage | undefined): number {
  if (!message) return 0
  const calls = message.role === 'assistant' ? JSON.stringify(message.calls) : ''
  return estimateTokens(message.content + calls)
}

/** What was said before the last question. */
export function historyOf(messages: readonly ModelMessage[]): Turn[] {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  return messages.slice(0, Math.max(last, 0)).flatMap(({ role, content }): Turn[] => {
    return (role === 'user' || role === 'assistant') && content !== '' ? [{ role, content }] : []
  })
}
