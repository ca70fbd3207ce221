/** Items of a conversation as the protocol writes them. */
import type { Item, MessageItem, Part } from './items.ts'
import { transcriptOf } from './speech.ts'
import { PLATFORM } from './tools.ts'

export function itemOf(item: Item) {
  const object = 'realtime.item' as const
  switch (item.type) {
    case 'message':
      return messageOf(item)
    case 'function_call': {
      const { type, id, status, callId, name, arguments: text } = item
      return { id, object, type, status, call_id: callId, name, arguments: text }
    }
    case 'mcp_call': {
      const { type, id, name, arguments: text, output, error } = item
      const failure =
        error === null ? null : { type: 'tool_execution_error' as const, message: error }
      const head = { id, type, server_label: PLATFORM, name }
      return { ...head, arguments: text, output, error: failure, approval_request_id: null }
    }
    case 'function_call_output': {
      const { type, id, status, callId, output } = item
      return { id, object, type, status, call_id: callId, output }
    }
  }
}

function messageOf({ type, id, role, status, content }: MessageItem) {
  const head = { id, object: 'realtime.item' as const, type, status }
  const parts = content.map(wirePart)
  if (role === 'assistant') return { ...head, role, content: parts.filter(isOutput) }
  const inputs = parts.filter(isInput)
  if (role === 'user') return { ...head, role, content: inputs }
  return { ...head, role, content: inputs.filter(isText) }
}

type WirePart = ReturnType<typeof wirePart>
const isOutput = (part: WirePart) => part.type === 'output_text' || part.type === 'output_audio'
const isInput = (part: WirePart) => part.type === 'input_text' || part.type === 'input_audio'
const isText = (part: WirePart) => part.type === 'input_text'

function wirePart(part: Part) {
  switch (part.type) {
    case 'input_text':
      return { type: 'input_text' as const, text: part.text }
    case 'output_text':
      return { type: 'output_text' as const, text: part.text }
    case 'output_audio':
      return { type: 'output_audio' as const, transcript: transcriptOf(part.speech) }
    case 'input_audio':
      return { type: 'input_audio' as const, transcript: nullUntilKnown(part.transcript) }
  }
}

/** OpenAI sends null until it is known, though its types have none: the Agents SDK fails without the field. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
const nullUntilKnown = (transcript: string | null) => transcript as string
