/**
 * The Redis serialization protocol, version 2: commands out, replies in. Pure; sockets are
 * connection.ts. Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export type Reply =
  | { type: 'simple'; text: string }
  | { type: 'bulk'; bytes: Buffer }
  | { type: 'integer'; value: number }
  | { type: 'error'; message: string }
  | { type: 'array'; items: Reply[] }
  | { type: 'null' }

interface Parsed {
  reply: Reply
  next: number
}

const CR = 13

/** The command as an array of bulk strings, the only form a client needs. */
export function encodeCommand(args: readonly string[]): Buffer {
  const parts = [Buffer.from(`*${args.length}\r\n`)]
  for (const arg of args) {
    const bytes = Buffer.from(arg)
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'))
  }
  return Buffer.concat(parts)
}

/** A parser fed with chunks as they arrive; answers with the replies each chunk completes. */
export function createReplyParser(): { push(chunk: Buffer): Reply[] } {
  let pending: Buffer = Buffer.alloc(0)
  return {
    push(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const replies: Reply[] = []
      let offset = 0
      for (;;) {
        const parsed = parseReply(pending, offset)
        if (!parsed) break
        replies.push(parsed.reply)
        offset = parsed.next
      }
      pending = pending.subarray(offset)
      return replies
    },
  }
}

/** The reply at `offset`, or undefined while its last byte has not arrived. */
function parseReply(bytes: Buffer, offset: number): Parsed | undefined {
  const end = bytes.indexOf(CR, offset)
  // The line feed may still be on its way.
  if (end === -1 || end + 2 > bytes.length) return undefined
  const line = bytes.toString('utf8', offset + 1, end)
  const next = end + 2
  switch (bytes.toString('latin1', offset, offset + 1)) {
    case '+':
      return { reply: { type: 'simple', text: line }, next }
    case '-':
      return { reply: { type: 'error', message: line }, next }
    case ':':
      return { reply: { type: 'integer', value: Number(line) }, next }
    case '$':
      return parseBulk(bytes, next, Number(line))
    case '*':
      return parseArray(bytes, next, Number(line))
    default:
      throw new Error('The Redis server does not speak RESP 2')
  }
}

function parseBulk(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length === -1) return { reply: { type: 'null' }, next: start }
  const next = start + length + 2
  if (next > bytes.length) return undefined
  return { reply: { type: 'bulk', bytes: bytes.subarray(start, start + length) }, next }
}

function parseArray(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length === -1) return { reply: { type: 'null' }, next: start }
  const items: Reply[] = []
  let next = start
  for (let index = 0; index < length; index += 1) {
    const item = parseReply(bytes, next)
    if (!item) return undefined
    items.push(item.reply)
    next = item.next
  }
  return { reply: { type: 'array', items }, next }
}
