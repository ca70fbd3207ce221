/** What whoever asked says of an answer. */
import type {
  Feedback,
  FeedbackPage,
  FeedbackQuery,
  NewFeedback,
} from '../workers/knowledge/feedback-schemas.ts'
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

  /** Rated answers of the tenant, given last first. */
  rated(query: Partial<FeedbackQuery> = {}, signal?: AbortSignal): Promise<FeedbackPage> {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) search.set(name, String(value))
    return this.#transport.json(`/api/admin/kb/feedback?${search}`, { signal })
  }
}
