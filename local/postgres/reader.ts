/**
 * Cuts a stream of bytes into protocol messages. It knows lengths and type bytes only; what a
 * message means is for replies.ts and those who serve clients.
 */
import type { Socket } from 'node:net'

export interface Message {
  /** One ASCII letter; empty for the untyped messages that open a connection. */
  readonly type: string
  readonly body: Buffer
  /** The message as it came. */
  readonly bytes: Buffer
}

export interface MessageReader {
  /** The next message that opens a connection; undefined when the other side is gone. */
  opening(): Promise<Message | undefined>
  /** The next message; undefined when the other side is gone. */
  next(): Promise<Message | undefined>
  /** Leaves the socket, still open, to someone else; answers with bytes already taken from it. */
  detach(): Promise<Buffer>
}

/** As PostgreSQL limits one message that is not COPY data or a query: PQ_LARGE_MESSAGE_LIMIT. */
const MAX_MESSAGE_BYTES = 0x3fff_ffff

/** The whole messages in `bytes`, in order. */
export function* splitMessages(bytes: Buffer): Generator<Message> {
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    const type = String.fromCharCode(bytes[at] ?? 0)
    yield { type, body: bytes.subarray(at + 5, end), bytes: bytes.subarray(at, end) }
    at = end
  }
}

/**
 * Reads messages from a socket, one at a time and no faster than they are asked for.
 *
 * @throws what the socket fails with; RangeError at an impossible length
 */
export function readMessages(socket: Socket): MessageReader {
  const bytes = new Bytes(socket)
  return {
    opening: () => readMessage(bytes, 0),
    next: () => readMessage(bytes, 1),
    detach: () => bytes.detach(),
  }
}

async function readMessage(source: Bytes, typeBytes: 0 | 1): Promise<Message | undefined> {
  const head = await source.peek(typeBytes + 4)
  if (!head) return undefined
  const length = head.readInt32BE(typeBytes)
  if (length < 4 || length > MAX_MESSAGE_BYTES) throw new RangeError('invalid message length')
  const bytes = await source.take(typeBytes + length)
  const type = head.toString('latin1', 0, typeBytes)
  return bytes && { type, body: bytes.subarray(typeBytes + 4), bytes }
}

/** Exact numbers of bytes from a stream of chunks; undefined when it ends before. */
class Bytes {
  readonly #chunks: AsyncIterator<Buffer>
  #parts: Buffer[] = []
  #held = 0

  constructor(socket: Socket) {
    this.#chunks = socket.iterator({ destroyOnReturn: false })
  }

  async peek(count: number): Promise<Buffer | undefined> {
    while (this.#held < count) {
      const { done, value } = await this.#chunks.next()
      if (done) return undefined
      this.#parts.push(value)
      this.#held += value.length
    }
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)]
    return this.#parts[0]?.subarray(0, count)
  }

  async take(count: number): Promise<Buffer | undefined> {
    const bytes = await this.peek(count)
    if (!bytes) return undefined
    const rest = this.#parts[0]?.subarray(count)
    this.#parts = rest?.length ? [rest] : []
    this.#held -= count
    return bytes
  }

  /** Leaves the rest of the stream to others; answers with what was read and not taken. */
  async detach(): Promise<Buffer> {
    await this.#chunks.return?.()
    return Buffer.concat(this.#parts)
  }
}
