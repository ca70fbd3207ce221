/** The events that make up a streamed response, in the provider's order and numbered. Pure. */
import type {
  Response,
  ResponseFunctionToolCall,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses'
import type { ServerEvent } from './reply.ts'
import { piecesOf } from './turn.ts'

type Whole = Omit<Response, 'output_text'>
/** An event without its number; distributes over the union so that each keeps its own fields. */
type Unnumbered<E> = E extends unknown
  ? Omit<E, 'sequence_number' | 'response'> & { response?: Whole }
  : never
type StreamEvent = Unnumbered<ResponseStreamEvent>

/** @param response finished; the events tell how it came to be */
export function* responseEvents(response: Whole): Iterable<ServerEvent> {
  let number = 0
  for (const event of eventsOf(response)) {
    yield { event: event.type, data: { ...event, sequence_number: number++ } }
  }
}

function* eventsOf(response: Whole): Iterable<StreamEvent> {
  const begun: Whole = { ...response, status: 'in_progress', output: [], completed_at: null }
  delete begun.usage
  yield { type: 'response.created', response: begun }
  yield { type: 'response.in_progress', response: begun }
  for (const [index, item] of response.output.entries()) yield* itemEvents(item, index)
  yield { type: 'response.completed', response }
}

function* itemEvents(item: ResponseOutputItem, index: number): Iterable<StreamEvent> {
  if (item.type === 'message') yield* messageEvents(item, index)
  if (item.type === 'function_call') yield* callEvents(item, index)
  yield { type: 'response.output_item.done', output_index: index, item }
}

function* messageEvents(item: ResponseOutputMessage, index: number): Iterable<StreamEvent> {
  const [part] = item.content
  const begun: ResponseOutputMessage = { ...item, status: 'in_progress', content: [] }
  yield { type: 'response.output_item.added', output_index: index, item: begun }
  if (part?.type !== 'output_text') return
  const place = { item_id: item.id, output_index: index, content_index: 0 }
  yield { type: 'response.content_part.added', ...place, part: { ...part, text: '' } }
  for (const delta of piecesOf(part.text)) {
    yield { type: 'response.output_text.delta', ...place, delta, logprobs: [] }
  }
  yield { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] }
  yield { type: 'response.content_part.done', ...place, part }
}

function* callEvents(item: ResponseFunctionToolCall, index: number): Iterable<StreamEvent> {
  const begun: ResponseFunctionToolCall = { ...item, status: 'in_progress', arguments: '' }
  yield { type: 'response.output_item.added', output_index: index, item: begun }
  const place = { item_id: item.id ?? item.call_id, output_index: index }
  const text = item.arguments
  const middle = Math.ceil(text.length / 2)
  for (const delta of [text.slice(0, middle), text.slice(middle)]) {
    yield { type: 'response.function_call_arguments.delta', ...place, delta }
  }
  const done = { ...place, name: item.name, arguments: text }
  yield { type: 'response.function_call_arguments.done', ...done }
}
