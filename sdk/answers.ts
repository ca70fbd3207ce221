/** What whoever asked says of an answer. */
import type { Feedback, NewFeedback } from '../workers/knowledge/feedback-schemas.ts'
import type { Transport } from './transport.ts'

export class Answers {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Rates an answer of one's own; rated again, the last rating holds. */
  rate(answerId: string, rating: NewFeedback): Promise<Feedback> {
    const path = `/api/answers/${encodeURIComponent(answerId)}/feedback`
    return this.#transport.json(path, { method: 'PUT', body: rating })
  }
}
