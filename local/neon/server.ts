/**
 * The Neon stand-in: Neon's HTTP endpoint and PostgreSQL's TCP port over any backend. Real clients
 * cannot tell the difference; tests/conformance/neon.test.ts holds it to that.
 */
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import type { Backend } from '../postgres/backend.ts'
import type { Credentials } from './credentials.ts'
import { answerSql } from './http.ts'
import { serveTcp } from './tcp.ts'

export interface NeonOptions {
  /** A promise lets the ports open at once: requests wait until it is fulfilled. */
  readonly backend: Backend | Promise<Backend>
  /** Password by role. */
  readonly users: Readonly<Record<string, string>>
  /** The name clients have to ask for; `voiceassist` when not given. */
  readonly database?: string
  /** Any free port when not given. */
  readonly httpPort?: number
  /** Any free port when not given; false for no TCP. */
  readonly tcpPort?: number | false
}

export interface Neon {
  /** The endpoint, for Neon's `fetchEndpoint`. */
  readonly httpUrl: string
  readonly tcpPort: number | undefined
  /** The connection string of a role, for both ports. @throws Error for a role not in `users` */
  url(role: string): string
  /** HTTP requests received so far. */
  roundTrips(): number
  /** Down means that every new request and connection is cut off. */
  setUp(up: boolean): void
  /** Closes both ports and every connection; the backend is its owner's to close. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/** Longer than any client keeps an idle connection, so that none sends into one just closed. */
const KEEP_ALIVE_MS = 600_000

interface State {
  up: boolean
  roundTrips: number
}

/** @throws Error EADDRINUSE when a port is taken */
export async function startNeon(options: NeonOptions): Promise<Neon> {
  const { users, database = 'voiceassist', httpPort = 0, tcpPort = 0 } = options
  const credentials: Credentials = { users, database }
  const state: State = { up: true, roundTrips: 0 }
  const { http, tcp } = createServers(Promise.resolve(options.backend), credentials, state)
  const ports = [await listen(http, httpPort)]
  const close = async () => {
    await Promise.all(ports.map((port) => port.close()))
  }
  if (tcpPort !== false) ports.push(await listen(tcp, tcpPort).catch(after(close)))
  const [httpAt, tcpAt] = ports.map(({ port }) => port)
  return {
    httpUrl: `http://${HOST}:${httpAt}/sql`,
    tcpPort: tcpAt,
    url: (role) => urlOf(credentials, role, tcpAt),
    roundTrips: () => state.roundTrips,
    setUp(up) {
      state.up = up
    },
    close,
  }
}

/** Fails with what it failed with, once the rest is closed. */
const after = (close: () => Promise<void>) => async (error: unknown) => {
  await close()
  throw error
}

function createServers(backend: Promise<Backend>, credentials: Credentials, state: State) {
  // Each request that waits reports a failed start by itself.
  backend.catch(() => {})
  const http = createHttpServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    state.roundTrips++
    if (state.up) void answerSql(backend, credentials, request, response)
    else request.socket.destroy()
  })
  const tcp = createTcpServer({ noDelay: true }, (socket) => {
    if (state.up) void serveTcp(backend, credentials, socket)
    else socket.destroy()
  })
  return { http, tcp }
}

/** @returns the port taken, and a function that closes it with all its connections */
async function listen(server: Server, port: number) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(port, HOST)
  await once(server, 'listening')
  return {
    port: portOf(server),
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Safe: a server that listens on a port, not on a pipe, has an address with one. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
const portOf = (server: Server) => (server.address() as AddressInfo).port

function urlOf({ users, database }: Credentials, role: string, port: number | undefined): string {
  const password = users[role]
  if (password === undefined) throw new Error(`no such role: ${role}`)
  const login = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`
  return `postgres://${login}@${HOST}${port ? `:${port}` : ''}/${database}`
}
