/** A conversation with one assistant as it goes on: what is said and done, as it happens. */
import type { VoiceAssist } from '../../../sdk/client.ts'
import { fromFailure, type VoiceAssistError } from '../../../sdk/errors.ts'
import type { MessageEvent, MessageStream } from '../../../sdk/message-stream.ts'
import type { Message, MessageFeedback, Part, Reply, ToolCall } from '../../assistant/schemas.ts'

/** What is known of an answer that is over. */
export type Ending = Pick<
  Reply,
  'status' | 'reason' | 'model' | 'usage' | 'cost_micro_dollars' | 'timings' | 'tool_calls'
> &
  Pick<Message, 'fallback_used'>

export interface ChatTurn {
  readonly id: string
  readonly message: string
  /** In the order in which they came; pieces of one text are one part. */
  readonly parts: readonly Part[]
  /** Of the answer, once the server has begun it. */
  readonly messageId: string | null
  readonly ending: Ending | null
  readonly feedback: MessageFeedback | null
  readonly error: VoiceAssistError | null
  /** `returning`: the connection broke, and what is left of the answer is asked for. */
  readonly status: 'running' | 'returning' | 'done' | 'stopped' | 'failed'
}

export const isRunning = ({ status }: ChatTurn) => status === 'running' || status === 'returning'

export const citationsOf = ({ parts }: Pick<ChatTurn, 'parts'>) =>
  parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : []))

export const textOf = ({ parts }: Pick<ChatTurn, 'parts'>) =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

/** Calls that did nothing yet, for the user must agree to them first. */
export const unconfirmedOf = ({ ending }: ChatTurn): readonly ToolCall[] =>
  ending?.tool_calls.filter(({ status }) => status === 'unconfirmed') ?? []

/** A turn after one more event of it. */
function withEvent(turn: ChatTurn, event: MessageEvent): ChatTurn {
  switch (event.type) {
    case 'begun':
      return { ...turn, messageId: event.message_id, status: 'running' }
    case 'part':
      return { ...turn, parts: withPart(turn.parts, event.part), status: 'running' }
    case 'interrupted':
      return { ...turn, status: 'returning' }
    case 'done':
      return { ...turn, ending: event.reply, status: 'done' }
  }
}

function withPart(parts: readonly Part[], part: Part): readonly Part[] {
  const last = parts.at(-1)
  if (part.type !== 'text' || last?.type !== 'text') return [...parts, part]
  return [...parts.slice(0, -1), { type: 'text', text: last.text + part.text }]
}

const newTurn = (message: string): ChatTurn => ({
  id: crypto.randomUUID(),
  message,
  parts: [],
  messageId: null,
  ending: null,
  feedback: null,
  error: null,
  status: 'running',
})

/** Turns of a conversation that was stored: each question with the answer behind it. */
function turnsOf(messages: readonly Message[]): ChatTurn[] {
  return messages
    .filter(({ role }) => role === 'assistant')
    .map((answer) => {
      const question = messages.find(({ role, turn }) => role === 'user' && turn === answer.turn)
      const { id: messageId, parts, feedback } = answer
      const ended = { parts, ending: answer, status: 'done' } as const
      const turn = { ...newTurn(question?.content ?? ''), messageId, feedback }
      return answer.status === 'running' ? turn : { ...turn, ...ended }
    })
}

export class Chat {
  readonly #client: VoiceAssist
  readonly #listeners = new Set<() => void>()
  #turns: readonly ChatTurn[] = []
  #sessionId: string | null = null
  #assistant: string | undefined
  #running: MessageStream | null = null

  constructor(client: VoiceAssist) {
    this.#client = client
  }

  readonly snapshot = (): readonly ChatTurn[] => this.#turns

  /** The conversation that goes on; null until its first answer has begun. */
  readonly sessionId = (): string | null => this.#sessionId

  /** Whom the conversation was begun with, as it was named; undefined: the default one, or not known. */
  get assistant(): string | undefined {
    return this.#assistant
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * One message at a time.
   *
   * @param assistant Id or slug of the one that answers a new conversation; the default one without it.
   * @param confirm Ids of calls of the last answer the user agrees to.
   */
  async send(
    message: string,
    { assistant, confirm = [] }: { assistant?: string | undefined; confirm?: string[] } = {},
  ): Promise<void> {
    if (this.#running) return
    const begins = assistant === undefined ? {} : { assistant }
    const place = this.#sessionId ? { session_id: this.#sessionId } : begins
    if (!this.#sessionId) this.#assistant = assistant
    const turn = newTurn(message)
    this.#set([...this.#turns, turn])
    await this.#follow(turn.id, this.#client.assistants.send({ message, confirm, ...place }))
  }

  /**
   * Goes on with a conversation of one's own that was stored; an answer that still runs is followed.
   *
   * @throws VoiceAssistError `not_found`
   */
  async open(sessionId: string): Promise<void> {
    this.clear()
    this.#sessionId = sessionId
    const messages: Message[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { limit: 100, ...(cursor && { cursor }) }
      const page = await this.#client.conversations.messages(sessionId, 'own', query)
      messages.push(...page.items)
      cursor = page.next_cursor
    }
    // Another conversation was begun or opened meanwhile.
    if (this.#sessionId !== sessionId) return
    const turns = turnsOf(messages)
    this.#set(turns)
    const last = turns.at(-1)
    if (!last?.messageId || !isRunning(last)) return
    await this.#follow(last.id, this.#client.assistants.resume(last.messageId))
  }

  /** Throws VoiceAssistError. */
  async rate({ id, messageId }: ChatTurn, rating: number, reason: string): Promise<void> {
    if (messageId === null) return
    const feedback = await this.#client.assistants.rate(messageId, { rating, reason })
    this.#change(id, (turn) => ({ ...turn, feedback }))
  }

  stop(): void {
    this.#running?.cancel()
  }

  /** The next message begins a new conversation. */
  clear(): void {
    this.stop()
    this.#running = null
    this.#sessionId = null
    this.#assistant = undefined
    this.#set([])
  }

  async #follow(id: string, stream: MessageStream): Promise<void> {
    this.#running = stream
    try {
      for await (const event of stream) {
        if (this.#running !== stream) return
        if (event.type === 'begun') this.#sessionId = event.session_id
        this.#change(id, (turn) => withEvent(turn, event))
      }
    } catch (thrown) {
      const error = fromFailure(thrown)
      const isStopped = error.code === 'aborted'
      this.#change(id, (turn) =>
        isStopped ? { ...turn, status: 'stopped' } : { ...turn, status: 'failed', error },
      )
    } finally {
      if (this.#running === stream) this.#running = null
    }
  }

  #change(id: string, change: (turn: ChatTurn) => ChatTurn) {
    this.#set(this.#turns.map((turn) => (turn.id === id ? change(turn) : turn)))
  }

  #set(turns: readonly ChatTurn[]) {
    this.#turns = turns
    for (const listener of this.#listeners) listener()
  }
}
