/**
 * The conversation with an assistant, out of a chat's messages or a response's items. Pure. Questions to
 * knowledge bases, which have no functions, are conversation.ts.
 */
import { textOf } from './conversation.ts'

export type Item =
  | { type: 'said'; role: 'user' | 'assistant'; text: string }
  | { type: 'call'; callId: string; name: string; arguments: string }
  | { type: 'result'; callId: string; output: string }
  | { type: 'reference'; id: string }

export interface Conversation {
  items: Item[]
  /** Which message or item of the request each is from. */
  places: number[]
  /** What the caller's program asks of the assistant. */
  instructions: string
}

type Content = Parameters<typeof textOf>[0]

interface Told {
  role: 'system' | 'developer' | 'user' | 'assistant'
  content?: Content | null | undefined
}

type Message =
  | (Told & {
      tool_calls?:
        | readonly { id: string; function: { name: string; arguments: string } }[]
        | null
        | undefined
    })
  | { role: 'tool'; tool_call_id: string; content: Content }

export const fromMessages = (messages: readonly Message[]): Conversation =>
  gather(messages, (message) => {
    if (message.role === 'tool') {
      const { tool_call_id: callId, content } = message
      return [{ type: 'result', callId, output: textOf(content) }]
    }
    const calls = 'tool_calls' in message ? (message.tool_calls ?? []) : []
    return [
      ...saying(message),
      ...calls.map(({ id: callId, function: call }): Item => ({ type: 'call', callId, ...call })),
    ]
  })

type InputItem =
  | (Told & { type?: 'message' | undefined })
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: Content }
  | { type: 'item_reference'; id: string }
  /** Of a reply of ours, sent back: what it says is kept here, or was only for show. */
  | { type: 'mcp_call' | 'reasoning' | 'file_search_call' }

export const fromInput = (input: readonly InputItem[]): Conversation =>
  gather(input, (item) => {
    switch (item.type) {
      case undefined:
      case 'message':
        return saying(item)
      case 'function_call': {
        const { call_id: callId, name, arguments: text } = item
        return [{ type: 'call', callId, name, arguments: text }]
      }
      case 'function_call_output':
        return [{ type: 'result', callId: item.call_id, output: textOf(item.output) }]
      case 'item_reference':
        return [{ type: 'reference', id: item.id }]
      case 'mcp_call':
      case 'reasoning':
      case 'file_search_call':
        return []
    }
  })

type Piece = Item | { type: 'instruction'; text: string }

function saying({ role, content }: Told): Piece[] {
  const text = textOf(content ?? '')
  return role === 'user' || role === 'assistant'
    ? [{ type: 'said', role, text }]
    : [{ type: 'instruction', text }]
}

function gather<From>(all: readonly From[], read: (one: From) => Piece[]): Conversation {
  const pieces = all.flatMap((one, at) => read(one).map((piece) => ({ piece, at })))
  const said = pieces.flatMap(({ piece, at }) =>
    piece.type === 'instruction' ? [] : [{ piece, at }],
  )
  return {
    items: said.map(({ piece }) => piece),
    places: said.map(({ at }) => at),
    instructions: pieces
      .flatMap(({ piece }) => (piece.type === 'instruction' ? [piece.text] : []))
      .join('\n\n'),
  }
}
