/**
 * The events of an assistant's streamed response, by the names that clients know:
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
import type { StreamEvent } from './response-events.ts'
import { annotationsOf, textPart } from './response-wire.ts'
import {
  callItem,
  messageItem,
  type OutputItem,
  toolItem,
  type TurnFrame,
  turnFrameOf,
  turnResponseOf,
} from './turn-response-wire.ts'
import type { Cited, Ended, HappenedInTurn, TurnPart } from './wire-types.ts'

type ToolCall = Extract<TurnPart, { type: 'tool_call' }>
type ToolResult = Extract<TurnPart, { type: 'tool_result' }>

/** What each thing that happens is told as; the last event has the whole response. */
export function createTurnEvents(frame: TurnFrame) {
  const citations: Cited[] = []
  const output: OutputItem[] = []
  const running = new Map<string, { call: ToolCall; index: number }>()
  let [turnId, number] = ['', 0]
  let said: { index: number; id: string; text: string; annotations: object[] } | undefined

  const event = (type: string, fields: object): StreamEvent => ({
    type: `response.${type}`,
    sequence_number: number++,
    ...fields,
  })

  function openText(): StreamEvent[] {
    const index = output.length
    const item = messageItem(prefix(), '', [], index)
    said = { index, id: item.id, text: '', annotations: [] }
    output.push(item)
    const fresh = { ...item, status: 'in_progress', content: [] }
    const part = { ...place(item.id, index), content_index: 0, part: textPart('', []) }
    return [
      event('output_item.added', { output_index: index, item: fresh }),
      event('content_part.added', part),
    ]
  }

  const prefix = () => `msg_${turnId.replaceAll('-', '')}_`

  function say(delta: string): StreamEvent[] {
    const opened = said ? [] : openText()
    if (!said) return opened
    const { index, id, text, annotations } = said
    const at = { ...place(id, index), content_index: 0 }
    const made = annotationsOf(citations, [], delta, text.length)
    const told = event('output_text.delta', { ...at, delta, logprobs: [] })
    const noted = made.map((annotation, more) =>
      event('output_text.annotation.added', {
        ...at,
        annotation_index: annotations.length + more,
        annotation,
      }),
    )
    said.text += delta
    annotations.push(...made)
    return [...opened, told, ...noted]
  }

  function closeText(): StreamEvent[] {
    if (!said) return []
    const { index, id, text } = said
    said = undefined
    const item = messageItem(prefix(), text, citations, index)
    output[index] = item
    const at = { ...place(id, index), content_index: 0 }
    return [
      event('output_text.done', { ...at, text, logprobs: [] }),
      event('content_part.done', { ...at, part: item.content[0] }),
      event('output_item.done', { output_index: index, item }),
    ]
  }

  function openTool(call: ToolCall): StreamEvent[] {
    const closed = closeText()
    const index = output.length
    const item = toolItem(call)
    output.push(item)
    running.set(call.id, { call, index })
    const at = place(item.id, index)
    return [
      ...closed,
      event('output_item.added', { output_index: index, item }),
      event('mcp_call.in_progress', at),
      event('mcp_call_arguments.done', { ...at, arguments: call.arguments }),
    ]
  }

  function closeTool(result: ToolResult): StreamEvent[] {
    const known = running.get(result.id)
    if (!known) return []
    const { call, index } = known
    const item = toolItem(call, result)
    output[index] = item
    return [
      event(result.ok ? 'mcp_call.completed' : 'mcp_call.failed', place(item.id, index)),
      event('output_item.done', { output_index: index, item }),
    ]
  }

  function handOver(call: Ended['calls'][number]): StreamEvent[] {
    const index = output.length
    const item = callItem(call)
    output.push(item)
    const at = place(item.id, index)
    const fresh = { ...item, status: 'in_progress', arguments: '' }
    return [
      event('output_item.added', { output_index: index, item: fresh }),
      event('function_call_arguments.delta', { ...at, delta: call.arguments }),
      event('function_call_arguments.done', { ...at, name: call.name, arguments: call.arguments }),
      event('output_item.done', { output_index: index, item }),
    ]
  }

  function end(ended: Ended): StreamEvent[] {
    const closed = [...closeText(), ...ended.calls.flatMap(handOver)]
    const response = turnResponseOf(frame, turnId, ended, output)
    return [...closed, event(response.status, { response })]
  }

  return (happened: HappenedInTurn): StreamEvent[] => {
    switch (happened.type) {
      case 'begun': {
        ;({ turnId } = happened)
        const response = turnFrameOf(frame, turnId)
        return [event('created', { response }), event('in_progress', { response })]
      }
      case 'part':
        return tell(happened.part)
      case 'done':
        return end(happened)
    }
  }

  function tell(part: TurnPart): StreamEvent[] {
    switch (part.type) {
      case 'text':
        return say(part.text)
      case 'tool_call':
        return openTool(part)
      case 'tool_result':
        return closeTool(part)
      case 'citation':
        citations.push(part.citation)
        return []
    }
  }
}

const place = (itemId: string, index: number) => ({ item_id: itemId, output_index: index })
