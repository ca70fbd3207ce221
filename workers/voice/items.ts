/** What a conversation is made of. Plain data, as the session that holds it. */
import type { Speech } from './speech.ts'

export type Part =
  | { type: 'input_text' | 'output_text'; text: string }
  /** Null until it is transcribed. */
  | { type: 'input_audio'; transcript: string | null }
  | { type: 'output_audio'; speech: Speech }

/** What a conversation is made of; the order of `Session.items` is its own. */
export type Item = MessageItem | FunctionCall | FunctionCallOutput | PlatformCall

export interface MessageItem {
  type: 'message'
  id: string
  role: 'user' | 'assistant' | 'system'
  status: 'in_progress' | 'completed' | 'incomplete'
  content: readonly Part[]
}

/** The model asks the client to run one of its functions. */
interface FunctionCall {
  type: 'function_call'
  id: string
  status: 'in_progress' | 'completed'
  callId: string
  name: string
  /** JSON as the model wrote it. */
  arguments: string
  /** The reply that it belongs to; null when the client told of it. */
  responseId: string | null
}

interface FunctionCallOutput {
  type: 'function_call_output'
  id: string
  status: 'completed'
  callId: string
  output: string
}

/** A tool of the platform's, which runs here while the reply is made. */
export interface PlatformCall {
  type: 'mcp_call'
  id: string
  status: 'in_progress' | 'completed' | 'incomplete'
  /** As the reply's turn names it. */
  callId: string
  name: string
  arguments: string
  /** Null until it is there; what failed has an error instead. */
  output: string | null
  error: string | null
  responseId: string
}

/** The parts of a message; other items have none. */
export const partsOf = (item: Item): readonly Part[] =>
  item.type === 'message' ? item.content : []
