/** A conversation with one assistant as it goes on: what is said and done, as it happens. */
import type { VoiceAssist } from '../../../sdk/client.ts'
import { fromFailure, type VoiceAssistError } from '../../../sdk/errors.ts'
import type { MessageEvent, MessageStream } from '../../../sdk/message-stream.ts'
import type { Part, Reply } from '../../assistant/schemas.ts'

export interface ChatTurn {
  readonly id: string
  readonly message: string
  /** In the order in which they came; pieces of one text are one part. */
  readonly parts: readonly Part[]
  readonly reply: Reply | null
  readonly error: VoiceAssistError | null
  readonly isRunning: boolean
}

/** A turn after one more event of it. */
function withEvent(turn: ChatTurn, event: MessageEvent): ChatTurn {
  if (event.type === 'done') return { ...turn, reply: event.reply, isRunning: false }
  return event.type === 'part' ? { ...turn, parts: withPart(turn.parts, event.part) } : turn
}

function withPart(parts: readonly Part[], part: Part): readonly Part[] {
  const last = parts.at(-1)
  if (part.type !== 'text' || last?.type !== 'text') return [...parts, part]
  return [...parts.slice(0, -1), { type: 'text', text: last.text + part.text }]
}

export class Chat {
  readonly #client: VoiceAssist
  readonly #assistant: string
  readonly #listeners = new Set<() => void>()
  #turns: readonly ChatTurn[] = []
  #sessionId: string | null = null
  #running: MessageStream | null = null

  /** @param assistant Id of the one that answers */
  constructor(client: VoiceAssist, assistant: string) {
    this.#client = client
    this.#assistant = assistant
  }

  readonly snapshot = (): readonly ChatTurn[] => this.#turns

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** One message at a time. */
  async send(message: string): Promise<void> {
    if (this.#running) return
    const id = crypto.randomUUID()
    const place = this.#sessionId ? { session_id: this.#sessionId } : { assistant: this.#assistant }
    const stream = this.#client.assistants.send({ message, ...place })
    this.#running = stream
    const turn = { id, message, parts: [], reply: null, error: null, isRunning: true }
    this.#set([...this.#turns, turn])
    try {
      for await (const event of stream) {
        if (event.type === 'begun') this.#sessionId = event.session_id
        this.#change(id, (current) => withEvent(current, event))
      }
    } catch (thrown) {
      const error = fromFailure(thrown)
      const shown = error.code === 'aborted' ? null : error
      this.#change(id, (current) => ({ ...current, error: shown, isRunning: false }))
    } finally {
      if (this.#running === stream) this.#running = null
    }
  }

  stop(): void {
    this.#running?.cancel()
  }

  /** The next message begins a new conversation. */
  restart(): void {
    this.stop()
    this.#running = null
    this.#sessionId = null
    this.#set([])
  }

  #change(id: string, change: (turn: ChatTurn) => ChatTurn) {
    this.#set(this.#turns.map((turn) => (turn.id === id ? change(turn) : turn)))
  }

  #set(turns: readonly ChatTurn[]) {
    this.#turns = turns
    for (const listener of this.#listeners) listener()
  }
}
