/**
 * PostgreSQL's own port, for psql and drizzle-kit: opens a connection up to the password, then
 * hands it to the database. No TLS, as it listens on this machine only; no cancel requests.
 */
import type { Socket } from 'node:net'
import type { Backend } from '../postgres/backend.ts'
import { int32, message } from '../postgres/messages.ts'
import { type Message, type MessageReader, readMessages } from '../postgres/reader.ts'
import { errorResponse, PostgresError, textUntilNul } from '../postgres/replies.ts'
import { type Credentials, logIn } from './credentials.ts'

/** What the first message asks for: https://www.postgresql.org/docs/17/protocol-message-formats.html */
const OPENINGS = { version3: 196_608, cancel: 80_877_102, tls: 80_877_103, gssapi: 80_877_104 }

const ASK_PASSWORD = message('R', int32(3))

/** Serves one connection to its end, and closes it. */
export async function serveTcp(
  backend: Promise<Backend>,
  credentials: Credentials,
  socket: Socket,
): Promise<void> {
  socket.on('error', () => {})
  const reader = readMessages(socket)
  try {
    const parameters = await readStartup(reader, socket)
    if (!parameters) return
    const user = parameters.get('user') ?? ''
    socket.write(ASK_PASSWORD)
    const password = await reader.next()
    if (password?.type !== 'p') return
    const database = parameters.get('database') ?? user
    const login = logIn(credentials, user, textUntilNul(password.body, 0), database)
    await (await backend).serve({ login, socket, reader, parameters })
  } catch (error) {
    const code = error instanceof PostgresError ? error.fields.code : undefined
    socket.write(errorResponse(code ?? '08006', error instanceof Error ? error.message : ''))
  } finally {
    socket.destroySoon()
  }
}

/** The StartupMessage's parameters; undefined when the client wanted or sent something else. */
async function readStartup(
  reader: MessageReader,
  socket: Socket,
): Promise<Map<string, string> | undefined> {
  for (;;) {
    const opening = await reader.opening()
    const asks = opening?.body.readInt32BE(0)
    if (!opening || asks === OPENINGS.cancel) return undefined
    if (asks === OPENINGS.version3) return readParameters(opening)
    if (asks !== OPENINGS.tls && asks !== OPENINGS.gssapi) {
      throw new PostgresError('only protocol 3.0 is spoken here', { code: '0A000' })
    }
    socket.write('N')
  }
}

function readParameters({ body }: Message): Map<string, string> {
  const texts = body.toString('utf8', 4).split('\0')
  const parameters = new Map<string, string>()
  for (let at = 0; texts[at]; at += 2) parameters.set(texts[at] ?? '', texts[at + 1] ?? '')
  return parameters
}
