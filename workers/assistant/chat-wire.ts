/** A model's reply as chat completions have it: what is asked, and calls put together from their pieces. */
import type { Call, ModelMessage, ToolChoice, ToolDescription } from './turn-state.ts'

export interface ModelRequest {
  messages: readonly ModelMessage[]
  /** None: the model must answer. */
  tools: readonly ToolDescription[]
  /** `auto` when absent. */
  toolChoice?: ToolChoice
  /** Whether several tools may be called at once; they may when absent. */
  isParallel?: boolean
  /** Of the chain, asked first; null: the chain's first. */
  model?: string | null
  /** Tokens of the reply at most; null: MAX_ANSWER_LENGTH. */
  maxTokens?: number | null
}

export type Body = ReturnType<typeof bodyOf>

/**
 * @param model As its provider names it
 * @param mostTokens Of a reply whose request says nothing of it
 */
export function bodyOf(
  model: string,
  { messages, tools, toolChoice = 'auto', isParallel = true, maxTokens }: ModelRequest,
  mostTokens: number,
) {
  return {
    model,
    messages: messages.map(toProvider),
    max_completion_tokens: maxTokens ?? mostTokens,
    stream: true as const,
    stream_options: { include_usage: true },
    ...(tools.length > 0 && {
      tools: tools.map((tool) => ({ type: 'function' as const, function: tool })),
      tool_choice: choiceOf(toolChoice),
      // Not every provider knows the field, so what is usual is not said.
      ...(!isParallel && { parallel_tool_calls: false }),
    }),
  }
}

const choiceOf = (choice: ToolChoice) =>
  typeof choice === 'string' ? choice : { type: 'function' as const, function: choice }

function toProvider(message: ModelMessage) {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content }
    case 'tool':
      return { role: message.role, tool_call_id: message.callId, content: message.content }
    case 'assistant': {
      const { role, content } = message
      const calls = message.calls.map(({ id, name, arguments: text }) => {
        return { id, type: 'function' as const, function: { name, arguments: text } }
      })
      return { role, content, ...(calls.length > 0 && { tool_calls: calls }) }
    }
  }
}

export interface CallPiece {
  index: number
  function?: { name?: string; arguments?: string }
}

/**
 * Calls come in pieces too: a name first, then bits of its arguments.
 *
 * @returns what the piece says
 */
export function addCall(calls: Omit<Call, 'id'>[], { index, function: piece }: CallPiece): string {
  const { name = '', arguments: text = '' } = piece ?? {}
  const call = (calls[index] ??= { name: '', arguments: '' })
  call.name += name
  call.arguments += text
  return name + text
}
