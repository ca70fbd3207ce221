/** Conversations with assistants: one's own, or all of the tenant for those who may read them. */
import type {
  AnyConversationQuery,
  Conversation,
  ConversationPage,
  MessagePage,
} from '../workers/assistant/schemas.ts'
import type { Transport } from './transport.ts'

/** `everyone` needs the permission conversation.read, and each reading is in the audit log. */
export type ConversationReach = 'own' | 'everyone'

const BASES = { own: '/api/conversations', everyone: '/api/admin/conversations' } as const
const at = (id: string, reach: ConversationReach) => `${BASES[reach]}/${encodeURIComponent(id)}`

export type ConversationFilter = Omit<AnyConversationQuery, 'limit' | 'cursor'>

export interface ConversationListQuery extends ConversationFilter {
  reach?: ConversationReach
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

interface MessageListQuery {
  limit?: number
  cursor?: string
  signal?: AbortSignal | undefined
}

export class Conversations {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first. */
  page({ signal, reach = 'own', ...query }: ConversationListQuery = {}): Promise<ConversationPage> {
    return this.#transport.json(`${BASES[reach]}?${searchOf(query)}`, { signal })
  }

  get(id: string, reach: ConversationReach = 'own', signal?: AbortSignal): Promise<Conversation> {
    return this.#transport.json(at(id, reach), { signal })
  }

  /** One page, oldest first. */
  messages(
    id: string,
    reach: ConversationReach = 'own',
    { signal, ...query }: MessageListQuery = {},
  ): Promise<MessagePage> {
    return this.#transport.json(`${at(id, reach)}/messages?${searchOf(query)}`, { signal })
  }

  rename(id: string, title: string): Promise<Conversation> {
    return this.#transport.json(at(id, 'own'), { method: 'PATCH', body: { title } })
  }

  /** With all its messages. */
  async remove(id: string): Promise<void> {
    await this.#transport.send(at(id, 'own'), { method: 'DELETE' })
  }

  /** The conversation and all its messages, as a JSON file. */
  async export(id: string, reach: ConversationReach = 'own'): Promise<Blob> {
    const path = `${at(id, reach)}/export`
    return (await this.#transport.send(path, { accept: '*/*' })).blob()
  }
}

function searchOf(query: object): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value))
  }
  return search
}
