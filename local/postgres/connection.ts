/**
 * A connection to a real PostgreSQL over TCP, logged in. Plain TCP only: this is for a database
 * beside us; one across a network is reached by Neon's own endpoint.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Exchange, Login } from './backend.ts'
import { authenticate, cString, int32, startup } from './messages.ts'
import { type Message, type MessageReader, readMessages } from './reader.ts'
import { readError } from './replies.ts'
import { md5Password, startScram } from './scram.ts'

export interface Address {
  readonly host: string
  readonly port: number
  readonly database: string
}

export interface Connection {
  readonly socket: Socket
  readonly reader: MessageReader
  /** What the server said from AuthenticationOk to ReadyForQuery. */
  readonly greeting: Buffer
  readonly exchange: Exchange
  /** Whether it can take another exchange: open, the last one answered, nothing unasked come. */
  readonly isQuiet: () => boolean
}

/** How long a server may take to accept a connection and log in. */
const CONNECT_TIMEOUT_MS = 10_000

/**
 * @param parameters More for the StartupMessage than user and database.
 * @throws PostgresError when the server refuses the login; Error when it cannot be reached
 */
export async function openConnection(
  { host, port, database }: Address,
  login: Login,
  parameters: ReadonlyMap<string, string> = new Map(),
): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true })
  socket.on('error', () => {})
  try {
    await reach(socket, host, port)
    const reader = readMessages(socket)
    socket.write(startup(new Map([...parameters, ['user', login.role], ['database', database]])))
    const authenticated = await logIn(socket, reader, login)
    const greeting = Buffer.concat([authenticated.bytes, await readUntilReady(reader)])
    return { socket, reader, greeting, ...exchangeOn(socket, reader) }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function reach(socket: Socket, host: string, port: number): Promise<void> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) })
  } catch (cause) {
    throw new Error(`the database at ${host}:${port} cannot be reached`, { cause })
  }
}

function exchangeOn(socket: Socket, reader: MessageReader) {
  let answered = true
  return {
    async exchange(messages: Uint8Array) {
      answered = false
      socket.write(messages)
      const answer = await readUntilReady(reader)
      answered = true
      return answer
    },
    isQuiet: () =>
      answered && !socket.destroyed && !socket.readableEnded && socket.readableLength === 0,
  }
}

async function logIn(socket: Socket, reader: MessageReader, login: Login): Promise<Message> {
  for (;;) {
    const challenge = await expectMessage(reader)
    if (challenge.type === 'E') throw readError(challenge.body)
    if (challenge.type !== 'R') continue
    const method = challenge.body.readInt32BE(0)
    if (method === 0) return challenge
    else if (method === 3) socket.write(authenticate(cString(login.password)))
    else if (method === 5) socket.write(authenticate(md5Answer(login, challenge.body)))
    else if (method === 10) await runScram(socket, reader, login)
    else throw new Error(`the server wants an authentication method (${method}) we do not have`)
  }
}

const md5Answer = ({ role, password }: Login, body: Buffer) =>
  cString(md5Password(role, password, body.subarray(4, 8)))

async function runScram(socket: Socket, reader: MessageReader, login: Login): Promise<void> {
  const scram = startScram(login.password)
  const first = Buffer.from(scram.first)
  socket.write(authenticate(cString('SCRAM-SHA-256'), int32(first.length), first))
  const challenge = await expectText(reader)
  socket.write(authenticate(Buffer.from(await scram.final(challenge))))
  scram.verify(await expectText(reader))
}

/** The text of an AuthenticationSASLContinue or AuthenticationSASLFinal. */
async function expectText(reader: MessageReader): Promise<string> {
  const { type, body } = await expectMessage(reader)
  if (type === 'E') throw readError(body)
  return body.toString('utf8', 4)
}

async function readUntilReady(reader: MessageReader): Promise<Buffer> {
  const messages: Buffer[] = []
  for (;;) {
    const { type, bytes, body } = await expectMessage(reader)
    messages.push(bytes)
    if (type === 'Z') return Buffer.concat(messages)
    if (type === 'E' && isFatal(body)) throw readError(body)
  }
}

/** After these the server closes the connection and no ReadyForQuery comes. */
const isFatal = (body: Buffer) => /^(FATAL|PANIC)$/.test(readError(body).fields.severity ?? '')

async function expectMessage(reader: MessageReader): Promise<Message> {
  const next = await reader.next()
  if (!next) throw new Error('the database closed the connection')
  return next
}
