/**
 * The frontend's half of PostgreSQL's protocol 3.0: each function makes one message.
 * What the backend answers is read in replies.ts.
 * Formats: https://www.postgresql.org/docs/17/protocol-message-formats.html
 */
const PROTOCOL_VERSION = 0x0003_0000

export const int16 = (value: number) => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export const cString = (text: string) => Buffer.from(`${text}\0`)

/** A message with its type byte and length. */
export function message(type: string, ...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4)
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(length), ...parts], length + 1)
}

/** The first message of a connection, the one kind without a type byte. */
export function startup(parameters: ReadonlyMap<string, string>): Buffer {
  const pairs = [...parameters].flatMap(([name, value]) => [cString(name), cString(value)])
  const body = Buffer.concat([int32(PROTOCOL_VERSION), ...pairs, Buffer.alloc(1)])
  return Buffer.concat([int32(body.length + 4), body])
}

/** The simple protocol: any number of statements, no parameters. */
export const query = (sql: string) => message('Q', cString(sql))

export const sync = message('S')

export const terminate = message('X')

/** PasswordMessage, SASLInitialResponse and SASLResponse share this type. */
export const authenticate = (...parts: Uint8Array[]) => message('p', ...parts)

/**
 * To be sent after anything that executes where COPY FROM STDIN cannot be served: a backend that
 * waits for data then gets an error, and any other ignores the message.
 */
export const copyFail = message('f', cString('COPY FROM STDIN is not available here'))

/**
 * One statement in the extended protocol, unnamed, without its Sync: the types of parameters are
 * left to Postgres, values go and come as text.
 *
 * @param parameters At most 65,535.
 */
export function statement(sql: string, parameters: readonly (string | null)[] = []): Buffer {
  const none = int16(0)
  const bind = [cString(''), cString(''), none, int16(parameters.length)]
  return Buffer.concat([
    message('P', cString(''), cString(sql), none),
    message('B', ...bind, ...parameters.map(sized), none),
    message('D', Buffer.from('P'), cString('')),
    message('E', cString(''), int32(0)),
    copyFail,
  ])
}

function sized(text: string | null): Buffer {
  if (text === null) return int32(-1)
  const bytes = Buffer.from(text)
  return Buffer.concat([int32(bytes.length), bytes])
}
