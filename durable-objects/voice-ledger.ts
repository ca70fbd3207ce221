/**
 * A session's row and its transcript, on their way to Postgres. Lines wait in the object's storage
 * until they are written, so a database that is down loses none.
 */
import { redactText } from '../shared/redact.ts'
import { type ItemRow, type SessionRow, writeSession } from '../workers/voice/history-store.ts'
import type { HistoryContext } from '../workers/voice/history-store.ts'
import type { Item } from '../workers/voice/items.ts'
import { isSame, type Line, linesOf } from '../workers/voice/ledger.ts'
import type { Session } from '../workers/voice/session.ts'

type Storage = Pick<SyncKvStorage, 'get' | 'put' | 'delete' | 'list'>

interface State {
  row: SessionRow
  /** Of the last line. */
  seq: number
  /** Grows with each change; `written` is the one that Postgres has. */
  revision: number
  written: number
}

/** Lines of one statement. */
const MOST = 200

const lineKey = (seq: number) => `line:${String(seq).padStart(6, '0')}`

export class VoiceLedger {
  readonly #kv: Storage
  #state: State | undefined
  #known: ReadonlySet<Item>
  /** `step` makes another list with each whisper, its last. */
  #whispers: readonly string[]
  readonly #lines = new Map<string, Line>()
  /** Milliseconds of the session at which items began. */
  readonly #began = new Map<string, number>()

  constructor(kv: Storage, session: Session | undefined) {
    this.#kv = kv
    this.#state = kv.get<State>('ledger')
    this.#known = new Set(session?.items)
    this.#whispers = session?.whispers ?? []
  }

  begin(row: Omit<SessionRow, 'endedAt' | 'endReason' | 'turns' | 'recordedUntil'>): void {
    const fresh = { ...row, endedAt: null, endReason: null, turns: 0, recordedUntil: null }
    this.#state = { row: fresh, seq: 0, revision: 0, written: -1 }
    this.#change({})
  }

  /** Notes what the session says now that it did not say before. */
  note({ items, turns, whispers }: Session, at: number): void {
    const { row } = this.#state ?? {}
    if (!row) return
    const fromMs = at - row.startedAt.getTime()
    for (const { id } of items) if (!this.#began.has(id)) this.#began.set(id, fromMs)
    const lines = linesOf(items, this.#known)
    this.#known = new Set(items)
    const news = lines.filter((line) => !isSame(this.#lines.get(line.itemId), line))
    for (const line of news) this.#append(line, at, this.#began.get(line.itemId) ?? fromMs)
    if (whispers !== this.#whispers) this.#noteWhisper(whispers, at, fromMs)
    if (turns !== row.turns) this.#change({ turns })
  }

  end(at: number, endReason: string | null): void {
    this.#change({ endedAt: new Date(at), endReason })
  }

  recorded(recordedUntil: Date): void {
    this.#change({ recordedUntil })
  }

  get isWritten(): boolean {
    return this.#state === undefined || this.#state.written === this.#state.revision
  }

  /** @throws Error when Postgres does not take it; nothing is lost then */
  async flush(ctx: HistoryContext): Promise<void> {
    while (!this.isWritten && this.#state) {
      const { row, revision } = this.#state
      const lines = [...this.#kv.list<ItemRow>({ prefix: 'line:', limit: MOST })]
      await writeSession(
        ctx,
        row,
        lines.map(([, line]) => line),
      )
      for (const [key] of lines) this.#kv.delete(key)
      const isAll = lines.length < MOST
      if (isAll) this.#put({ ...this.#state, written: revision })
    }
  }

  /** What is told to the assistant alone is no item of the conversation, and stays a line of its transcript. */
  #noteWhisper(whispers: readonly string[], at: number, fromMs: number): void {
    this.#whispers = whispers
    const text = whispers.at(-1)
    if (text === undefined || !this.#state) return
    const itemId = `whisper_${this.#state.seq + 1}`
    const line: Line = { itemId, role: 'whisper', text, heardUntilMs: null, isCut: false }
    this.#append(line, at, fromMs)
  }

  #append(line: Line, at: number, fromMs: number): void {
    if (!this.#state) return
    this.#lines.set(line.itemId, line)
    const seq = this.#state.seq + 1
    const masked = redactText(line.text)
    this.#kv.put<ItemRow>(lineKey(seq), { ...line, seq, masked, fromMs, at: new Date(at) })
    this.#put({ ...this.#state, seq, revision: this.#state.revision + 1 })
  }

  #change(change: Partial<SessionRow>): void {
    if (!this.#state) return
    const { row, revision } = this.#state
    this.#put({ ...this.#state, row: { ...row, ...change }, revision: revision + 1 })
  }

  #put(state: State): void {
    this.#state = state
    this.#kv.put('ledger', state)
  }
}
