/** A message to an assistant and what comes of it: text, tool calls, their results, citations. */
import type { NewMessage, Part, Reply } from '../workers/assistant/schemas.ts'
import { fromProblem, VoiceAssistError } from './errors.ts'
import { readEventStream, type StreamEvent } from './event-stream.ts'
import { type Transport, trustWire } from './transport.ts'

export type MessageBody = Partial<NewMessage> & { message: string }

export type MessageEvent =
  | { type: 'begun'; session_id: string; message_id: string }
  | { type: 'part'; part: Part }
  | { type: 'done'; reply: Reply }

type PartEvent = Extract<Part, { type: 'tool_call' | 'tool_result' }>

/** Event types this client does not know yet are skipped, so an older client outlives them. */
function read({ event, data }: StreamEvent): MessageEvent | null {
  const value: unknown = JSON.parse(data)
  switch (event) {
    case 'begun':
      return { type: 'begun', ...trustWire<{ session_id: string; message_id: string }>(value) }
    case 'delta': {
      const { text } = trustWire<{ text: string }>(value)
      return { type: 'part', part: { type: 'text', text } }
    }
    case 'tool_call':
    case 'tool_result':
      return { type: 'part', part: trustWire<PartEvent>({ ...Object(value), type: event }) }
    case 'citation': {
      const citation = trustWire<Extract<Part, { type: 'citation' }>['citation']>(value)
      return { type: 'part', part: { type: 'citation', citation } }
    }
    case 'done':
      return { type: 'done', reply: trustWire<Reply>(value) }
    case 'error':
      throw fromProblem(trustWire(value))
    default:
      return null
  }
}

/** One running answer, read once by iterating. `cancel()` stops the model. */
export class MessageStream implements AsyncIterable<MessageEvent> {
  readonly #abort = new AbortController()
  readonly #events: AsyncGenerator<MessageEvent, void, undefined>

  constructor(transport: Transport, body: MessageBody, signal?: AbortSignal) {
    const ended = signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal
    this.#events = this.#read(transport, body, ended)
  }

  async *#read(transport: Transport, body: MessageBody, signal: AbortSignal) {
    const call = { method: 'POST', body, accept: 'text/event-stream', signal } as const
    const response = await transport.send('/api/assistant/messages', call)
    const facts = {
      code: 'network',
      status: 0,
      requestId: response.headers.get('x-request-id'),
    } as const
    const lost = new VoiceAssistError('The answer stopped before its end.', facts)
    if (!response.body) throw lost
    for await (const event of readEventStream(response.body)) {
      const known = read(event)
      if (known) yield known
      if (known?.type === 'done') return
    }
    throw lost
  }

  [Symbol.asyncIterator]() {
    return this.#events
  }

  cancel(): void {
    this.#abort.abort()
  }
}
