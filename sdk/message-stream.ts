/** A message to an assistant and what comes of it: text, tool calls, their results, citations. */
import type { NewMessage, Part, Reply } from '../workers/assistant/schemas.ts'
import { fromFailure, fromProblem, VoiceAssistError } from './errors.ts'
import { readEventStream, type StreamEvent } from './event-stream.ts'
import { pause, type Transport, trustWire } from './transport.ts'

export type MessageBody = Partial<NewMessage> & { message: string }

export type MessageEvent =
  | { type: 'begun'; session_id: string; message_id: string }
  | { type: 'part'; part: Part }
  /** The connection broke; what is left of the answer is asked for. */
  | { type: 'interrupted' }
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

/** Times a stream that broke is asked for again, without an event in between. */
const RETURNS = 3
const RETURN_MS = 500

/** How far a stream came: what the rest of it is asked for by. */
interface Place {
  messageId: string
  lastEventId?: string | undefined
}

/** A new message, or an answer that was begun before. */
export type Opening = { body: MessageBody } | { messageId: string }

const lost = (requestId: string | null = null) =>
  new VoiceAssistError('The answer stopped before its end.', {
    code: 'network',
    status: 0,
    requestId,
  })

/**
 * One running answer, read once by iterating. A stream that breaks goes on where it was, in the same
 * iteration, after an event `interrupted`. `cancel()` stops the model.
 */
export class MessageStream implements AsyncIterable<MessageEvent> {
  readonly #abort = new AbortController()
  readonly #events: AsyncGenerator<MessageEvent, void, undefined>
  #place: Place | null = null

  constructor(transport: Transport, opening: Opening, signal?: AbortSignal) {
    const ended = signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal
    if ('messageId' in opening) this.#place = { messageId: opening.messageId }
    this.#events = this.#read(transport, opening, ended)
  }

  async *#read(transport: Transport, opening: Opening, signal: AbortSignal) {
    for (let failures = 0; ;) {
      try {
        for await (const event of this.#connect(transport, opening, signal)) {
          if (event.type === 'part') failures = 0
          yield event
          if (event.type === 'done') return
        }
        throw lost()
      } catch (thrown) {
        const error = fromFailure(thrown)
        failures += 1
        const isOver = error.code !== 'network' || !this.#place || failures > RETURNS
        if (isOver) throw error
      }
      yield { type: 'interrupted' } as const
      await pause(RETURN_MS * failures, signal)
    }
  }

  /** One connection: the first one sends the message, others ask for what is left of its answer. */
  async *#connect(transport: Transport, opening: Opening, signal: AbortSignal) {
    const response = await this.#open(transport, opening, signal)
    const requestId = response.headers.get('x-request-id')
    if (!response.body) throw lost(requestId)
    for await (const event of readEventStream(response.body)) {
      const known = read(event)
      if (known?.type === 'begun') this.#place = { ...this.#place, messageId: known.message_id }
      if (event.id && this.#place) this.#place.lastEventId = event.id
      if (known) yield known
    }
  }

  #open(transport: Transport, opening: Opening, signal: AbortSignal): Promise<Response> {
    const accept = 'text/event-stream'
    if (this.#place) {
      const { messageId, lastEventId } = this.#place
      const path = `/api/assistant/messages/${encodeURIComponent(messageId)}/events`
      return transport.send(path, { accept, lastEventId, signal })
    }
    const body = 'body' in opening ? opening.body : undefined
    return transport.send('/api/assistant/messages', { method: 'POST', body, accept, signal })
  }

  [Symbol.asyncIterator]() {
    return this.#events
  }

  cancel(): void {
    this.#abort.abort()
  }
}
