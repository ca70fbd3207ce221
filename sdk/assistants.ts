/** Assistants of the current tenant: talking to one, and making them, in versions. */
import type {
  Assistant,
  AssistantChange,
  AssistantContent,
  AssistantOptions,
  AssistantPage,
  AssistantVersionPage,
  OfferedAssistants,
} from '../workers/assistant/assistant-schemas.ts'
import type { MessageFeedback, NewMessageFeedback } from '../workers/assistant/schemas.ts'
import { type MessageBody, MessageStream } from './message-stream.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/admin/assistants'
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`

export interface AssistantListQuery {
  limit?: number
  cursor?: string
  archived?: 'true' | 'false'
  signal?: AbortSignal | undefined
}

export class Assistants {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Sends the message when the answer is first read. */
  send(body: MessageBody, signal?: AbortSignal): MessageStream {
    return new MessageStream(this.#transport, { body }, signal)
  }

  /** An answer of one's own from its beginning; one that still runs is waited for. */
  resume(messageId: string, signal?: AbortSignal): MessageStream {
    return new MessageStream(this.#transport, { messageId }, signal)
  }

  /** Rates an answer of one's own; rated again, the last rating holds. */
  rate(messageId: string, rating: NewMessageFeedback): Promise<MessageFeedback> {
    const path = `/api/assistant/messages/${encodeURIComponent(messageId)}/feedback`
    return this.#transport.json(path, { method: 'PUT', body: rating })
  }

  /** Those one may talk to. */
  offered(signal?: AbortSignal): Promise<OfferedAssistants> {
    return this.#transport.json('/api/assistants', { signal })
  }

  /** What an assistant may be given: tools, models. */
  options(signal?: AbortSignal): Promise<AssistantOptions> {
    return this.#transport.json('/api/admin/assistant-options', { signal })
  }

  /** One page, by slug. */
  page({ signal, ...query }: AssistantListQuery = {}): Promise<AssistantPage> {
    return this.#transport.json(`${BASE}?${searchOf(query)}`, { signal })
  }

  get(id: string, signal?: AbortSignal): Promise<Assistant> {
    return this.#transport.json(at(id), { signal })
  }

  /** @throws VoiceAssistError `conflict` when the slug is taken */
  create(slug: string, content: Partial<AssistantContent> & { name: string }): Promise<Assistant> {
    return this.#transport.json(BASE, { method: 'POST', body: { slug, content } })
  }

  /**
   * As the next version.
   *
   * @param version The one that was edited.
   * @throws VoiceAssistError `conflict` when there is another by now
   */
  save(
    id: string,
    { content, comment, version }: { content: AssistantContent; comment: string; version: number },
  ): Promise<Assistant> {
    const body = { content, comment, version }
    return this.#transport.json(at(id), { method: 'PUT', body })
  }

  /** What has no versions: slug, default, archive, flag. */
  change(id: string, change: AssistantChange): Promise<Assistant> {
    return this.#transport.json(at(id), { method: 'PATCH', body: change })
  }

  /** @throws VoiceAssistError `conflict` unless it is archived */
  async remove(id: string): Promise<void> {
    await this.#transport.send(at(id), { method: 'DELETE' })
  }

  /** The old content, as the next version. */
  rollBack(id: string, version: number): Promise<Assistant> {
    return this.#transport.json(`${at(id)}/rollback`, { method: 'POST', body: { version } })
  }

  /** One page, newest first. */
  versions(
    id: string,
    { signal, ...query }: AssistantListQuery = {},
  ): Promise<AssistantVersionPage> {
    return this.#transport.json(`${at(id)}/versions?${searchOf(query)}`, { signal })
  }
}

function searchOf(query: object): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value))
  }
  return search
}
