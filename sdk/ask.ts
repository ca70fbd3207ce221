/** A question and its answer as it is written: deltas, citations, and the whole at the end. */
import type { Answer, AnswerEvent, Citation, Question, Turn } from '../workers/knowledge/schemas.ts'
import { fromProblem, VoiceAssistError } from './errors.ts'
import { readEventStream, type StreamEvent } from './event-stream.ts'
import { trustWire, type Transport } from './transport.ts'

/** `history` is earlier turns, oldest first. */
export type AskBody = Pick<Question, 'question'> & { history?: readonly Turn[] }

/** Event types this client does not know yet are skipped, so an older client outlives them. */
function readPart({ event, data }: StreamEvent): AnswerEvent | null {
  const value: unknown = JSON.parse(data)
  if (event === 'delta') return { type: 'delta', text: trustWire<{ text: string }>(value).text }
  if (event === 'citation') return { type: 'citation', citation: trustWire<Citation>(value) }
  if (event === 'done') return { type: 'done', answer: trustWire<Answer>(value) }
  if (event === 'error') throw fromProblem(trustWire(value))
  return null
}

const CUT = 'The answer stopped before its end.'

/**
 * One running answer. Iterate it to show the text as it comes, or await `final()` for the whole;
 * both may be used, the stream is read once. `cancel()` stops the model.
 */
export class AnswerStream implements AsyncIterable<AnswerEvent> {
  readonly #abort = new AbortController()
  readonly #parts: AsyncGenerator<AnswerEvent, void, undefined>
  #answer: Answer | null = null

  constructor(transport: Transport, request: AskBody, signal?: AbortSignal) {
    const ended = signal ? AbortSignal.any([signal, this.#abort.signal]) : this.#abort.signal
    this.#parts = this.#read(transport, request, ended)
  }

  async *#read(transport: Transport, body: AskBody, signal: AbortSignal) {
    const call = { method: 'POST', body, accept: 'text/event-stream', signal } as const
    const response = await transport.send('/api/ask', call)
    const requestId = response.headers.get('x-request-id')
    const lost = new VoiceAssistError(CUT, { code: 'network', status: 0, requestId })
    if (!response.body) throw lost
    for await (const event of readEventStream(response.body)) {
      const part = readPart(event)
      if (part?.type === 'done') this.#answer = part.answer
      if (part) yield part
      if (this.#answer) return
    }
    throw lost
  }

  [Symbol.asyncIterator]() {
    return this.#parts
  }

  /** The whole answer. @throws VoiceAssistError when the stream fails or is cancelled */
  async final(): Promise<Answer> {
    for (;;) {
      const { done } = await this.#parts.next()
      if (this.#answer) return this.#answer
      if (done) throw new VoiceAssistError(CUT, { code: 'network', status: 0, requestId: null })
    }
  }

  cancel(): void {
    this.#abort.abort()
  }
}
