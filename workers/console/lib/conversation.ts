/** The questions of this visit and their answers as they are written; kept across pages. */
import type { AnswerStream } from '../../../sdk/ask.ts'
import type { VoiceAssist } from '../../../sdk/client.ts'
import { fromFailure, type VoiceAssistError } from '../../../sdk/errors.ts'
import type { Answer, AnswerEvent, Citation, Turn as Message } from '../../knowledge/schemas.ts'

export interface Turn {
  readonly id: string
  readonly question: string
  /** What has been written so far; the final text once `answer` is there. */
  readonly text: string
  readonly citations: readonly Citation[]
  readonly answer: Answer | null
  readonly error: VoiceAssistError | null
  readonly status: 'waiting' | 'writing' | 'done' | 'stopped' | 'failed'
}

/** Earlier turns sent along: enough for "and the second one?", bounded for the model's sake. */
const HISTORY_TURNS = 6
/** The server's limit for one earlier message. */
const HISTORY_CHARACTERS = 8_000

export const isRunning = ({ status }: Turn) => status === 'waiting' || status === 'writing'

function historyOf(turns: readonly Turn[]): Message[] {
  const answered = turns.filter(({ text, status }) => text !== '' && status === 'done')
  return answered.slice(-HISTORY_TURNS).flatMap(({ question, text }) => [
    { role: 'user' as const, content: question },
    { role: 'assistant' as const, content: text.slice(0, HISTORY_CHARACTERS) },
  ])
}

/** A turn after one more part of its answer. */
function withPart(turn: Turn, part: AnswerEvent): Turn {
  switch (part.type) {
    case 'delta':
      return { ...turn, status: 'writing', text: turn.text + part.text }
    case 'citation':
      return { ...turn, citations: [...turn.citations, part.citation] }
    case 'done': {
      const { text, citations } = part.answer
      return { ...turn, status: 'done', answer: part.answer, text, citations }
    }
    default:
      return turn
  }
}

export class Conversation {
  readonly #client: VoiceAssist
  readonly #listeners = new Set<() => void>()
  #turns: readonly Turn[] = []
  #running: AnswerStream | null = null

  constructor(client: VoiceAssist) {
    this.#client = client
  }

  readonly snapshot = (): readonly Turn[] => this.#turns

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks after what was said before; one question at a time. */
  async ask(question: string): Promise<void> {
    if (this.#running) return
    const id = crypto.randomUUID()
    const stream = this.#client.ask(question, { history: historyOf(this.#turns) })
    this.#running = stream
    const turn: Turn = {
      id,
      question,
      text: '',
      citations: [],
      answer: null,
      error: null,
      status: 'waiting',
    }
    this.#set([...this.#turns, turn])
    try {
      for await (const part of stream) this.#change(id, (current) => withPart(current, part))
    } catch (thrown) {
      const error = fromFailure(thrown)
      const stopped = error.code === 'aborted'
      this.#change(id, (current) =>
        stopped ? { ...current, status: 'stopped' } : { ...current, status: 'failed', error },
      )
    } finally {
      if (this.#running === stream) this.#running = null
    }
  }

  stop(): void {
    this.#running?.cancel()
  }

  clear(): void {
    this.stop()
    this.#running = null
    this.#set([])
  }

  #change(id: string, change: (turn: Turn) => Turn) {
    this.#set(this.#turns.map((turn) => (turn.id === id ? change(turn) : turn)))
  }

  #set(turns: readonly Turn[]) {
    this.#turns = turns
    for (const listener of this.#listeners) listener()
  }
}
