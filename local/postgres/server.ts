/**
 * A real PostgreSQL as a backend: each role connects as itself, requests run side by side on a
 * few connections that are cleaned with DISCARD ALL, as Neon's proxy does between requests.
 */
import { once } from 'node:events'
import type { Backend, Client, Exchange, Login } from './backend.ts'
import { type Address, type Connection, openConnection } from './connection.ts'
import { query, terminate } from './messages.ts'
import { readStatus } from './replies.ts'
import { Turns } from './turns.ts'

/** Requests at the same time; a PostgreSQL left at its defaults takes 100 connections. */
const MAX_CONNECTIONS = 16

/**
 * Connects when first used.
 *
 * @param url postgres://user:password@host:port/database. Its user logs in with this password,
 * other roles with the one they are given.
 * @throws Error when the URL asks for TLS
 */
export function connectPostgres(url: string): Backend {
  const { address, owner } = readUrl(url)
  const loginOf = (login: Login) => (login.role === owner.role ? owner : login)
  const turns = new Turns(MAX_CONNECTIONS)
  const resting: Rested[] = []
  const borrow = async (login: Login) =>
    takeRested(resting, login) ?? (await openConnection(address, loginOf(login)))
  return {
    async withSession(login, work, signal) {
      const endTurn = await turns.take(signal)
      try {
        const rest = (connection: Connection) => resting.push({ login, connection })
        return await useConnection(await borrow(login), work, rest)
      } finally {
        endTurn()
      }
    },
    serve: (client) => relay(address, { ...client, login: loginOf(client.login) }),
    async close() {
      await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => turns.take()))
      for (const { connection } of resting.splice(0)) connection.socket.end(terminate)
    },
  }
}

interface Rested {
  readonly login: Login
  readonly connection: Connection
}

/** The login's connection that rested last, if there is one that the server has not closed. */
function takeRested(resting: Rested[], { role, password }: Login): Connection | undefined {
  for (;;) {
    const isTheirs = ({ login }: Rested) => login.role === role && login.password === password
    const at = resting.findLastIndex(isTheirs)
    const connection = resting.splice(at, at < 0 ? 0 : 1)[0]?.connection
    if (!connection || connection.isQuiet()) return connection
    connection.socket.destroy()
  }
}

async function useConnection<T>(
  connection: Connection,
  work: (exchange: Exchange) => Promise<T>,
  rest: (clean: Connection) => void,
): Promise<T> {
  try {
    return await work(connection.exchange)
  } finally {
    if (await isCleaned(connection)) rest(connection)
    else connection.socket.destroy()
  }
}

/** DISCARD ALL may not be part of a transaction, hence the messages of their own. */
async function isCleaned({ exchange, isQuiet }: Connection): Promise<boolean> {
  if (!isQuiet()) return false
  try {
    await exchange(query('rollback'))
    return readStatus(await exchange(query('discard all'))) === 'I'
  } catch {
    return false
  }
}

/** A TCP client gets a connection of its own; after the login, bytes pass through unread. */
async function relay(address: Address, { login, parameters, socket, reader }: Client) {
  const server = await openConnection(address, login, withoutLogin(parameters))
  await server.reader.detach()
  socket.write(server.greeting)
  server.socket.write(await reader.detach())
  socket.pipe(server.socket)
  server.socket.pipe(socket)
  socket.once('close', () => server.socket.destroy())
  await once(server.socket, 'close')
}

const withoutLogin = (parameters: ReadonlyMap<string, string>) =>
  new Map([...parameters].filter(([name]) => name !== 'user' && name !== 'database'))

function readUrl(url: string): { address: Address; owner: Login } {
  const { hostname, port, pathname, username, password, searchParams } = new URL(url)
  if (/^(require|verify)/.test(searchParams.get('sslmode') ?? '')) {
    throw new Error('DATABASE_URL: TLS (sslmode) is not supported for a database beside us')
  }
  const database = decodeURIComponent(pathname.slice(1)) || 'postgres'
  return {
    address: { host: hostname, port: Number(port || 5432), database },
    owner: { role: decodeURIComponent(username), password: decodeURIComponent(password) },
  }
}
