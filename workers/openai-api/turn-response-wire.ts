/**
 * An assistant's turn as a response: in the order in which things happened, `message`s, an `mcp_call` for
 * each tool that ran here (the form clients know for what a server has run), and last the
 * `function_call`s that are the caller's. https://platform.openai.com/docs/api-reference/responses
 * How one comes about in events is turn-response-events.ts.
 */
import { annotationsOf, textPart } from './response-wire.ts'
import { proofOf } from './turn-proof.ts'
import type { Cited, Ended, Reply, TurnPart } from './wire-types.ts'

/** Whose tools they are that ran here. */
export const SERVER = 'voiceassist'

export interface TurnFrame extends Reply {
  instructions: string | null
  metadata: Readonly<Record<string, string>>
  previous: string | null
  isKept: boolean
  isParallel: boolean
  tools: readonly object[]
  toolChoice: string | object
}

export type OutputItem =
  | ReturnType<typeof messageItem>
  | ReturnType<typeof toolItem>
  | ReturnType<typeof callItem>

export function messageItem(id: string, text: string, citations: readonly Cited[], at: number) {
  const content = [textPart(text, annotationsOf(citations, [], text, 0))]
  const status = 'completed' as const
  return { id: `${id}${at}`, type: 'message' as const, status, role: 'assistant' as const, content }
}

type Result = Extract<TurnPart, { type: 'tool_result' }>

/** @param result Undefined while it runs. */
export const toolItem = (
  { id, tool_name: name, arguments: text }: Extract<TurnPart, { type: 'tool_call' }>,
  result?: Result,
) => ({
  id,
  type: 'mcp_call' as const,
  status: statusOf(result),
  server_label: SERVER,
  name,
  arguments: text,
  output: result?.ok === true ? result.content : null,
  error: result?.ok === false ? result.content : null,
  approval_request_id: null,
})

function statusOf(result: Result | undefined) {
  if (!result) return 'in_progress' as const
  return result.ok ? ('completed' as const) : ('failed' as const)
}

export const callItem = ({ id, name, arguments: text }: Ended['calls'][number]) => ({
  id: id.replace(/^call/, 'fc'),
  type: 'function_call' as const,
  status: 'completed' as const,
  call_id: id,
  name,
  arguments: text,
})

/** All of a response but what it says. */
export const turnFrameOf = (frame: TurnFrame, turnId: string) => ({
  id: `resp_${turnId}`,
  object: 'response' as const,
  created_at: frame.created,
  status: 'in_progress' as string,
  error: null,
  incomplete_details: null as object | null,
  instructions: frame.instructions,
  metadata: frame.metadata,
  model: frame.model,
  max_output_tokens: null,
  output: [] as readonly object[],
  parallel_tool_calls: frame.isParallel,
  previous_response_id: frame.previous,
  reasoning: { effort: null, summary: null },
  store: frame.isKept,
  temperature: null,
  text: { format: { type: 'text' as const } },
  tool_choice: frame.toolChoice,
  tools: frame.tools,
  top_p: null,
  truncation: 'disabled' as const,
  usage: null as object | null,
})

/** @param output Its items, whole. */
export function turnResponseOf(
  frame: TurnFrame,
  turnId: string,
  { reply }: Ended,
  output: readonly OutputItem[],
) {
  const { input_tokens, output_tokens } = reply.usage
  const isCut = reply.reason === 'step_limit'
  return {
    ...turnFrameOf(frame, turnId),
    status: isCut ? ('incomplete' as const) : ('completed' as const),
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    completed_at: frame.created,
    output: [...output],
    output_text: reply.text,
    usage: {
      input_tokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input_tokens + output_tokens,
    },
    va: proofOf(frame.publicUrl, reply),
  }
}
