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
  const { peek, take, detach } = takeBytes(socket)
  const read = async (typeBytes: 0 | 1): Promise<Message | undefined> => {
    const head = await peek(typeBytes + 4)
    if (!head) return undefined
    const length = head.readInt32BE(typeBytes)
    if (length < 4 || length > MAX_MESSAGE_BYTES) throw new RangeError('invalid message length')
    const bytes = await take(typeBytes + length)
    const type = typeBytes ? head.toString('latin1', 0, 1) : ''
    return bytes && { type, body: bytes.subarray(typeBytes + 4), bytes }
  }
  return { opening: () => read(0), next: () => read(1), detach }
}

/** Exact numbers of bytes from a stream of chunks. */
function takeBytes(socket: Socket) {
  const chunks: AsyncIterator<Buffer> = socket.iterator({ destroyOnReturn: false })
  let parts: Buffer[] = []
  let held = 0
  const peek = async (count: number): Promise<Buffer | undefined> => {
    while (held < count) {
      const { done, value } = await chunks.next()
      if (done) return undefined
      parts.push(value)
      held += value.length
    }
    if (parts.length > 1) parts = [Buffer.concat(parts)]
    return parts[0]?.subarray(0, count)
  }
  const take = async (count: number): Promise<Buffer | undefined> => {
    const bytes = await peek(count)
    const rest = parts[0]?.subarray(count)
    parts = rest?.length ? [rest] : []
    held -= bytes ? count : 0
    return bytes
  }
  const detach = async () => {
    await chunks.return?.()
    return Buffer.concat(parts)
  }
  return { peek, take, detach }
}
