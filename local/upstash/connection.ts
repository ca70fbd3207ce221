/**
 * One connection to a Redis server: commands answered in order, and pushed messages once it has
 * subscribed. No reconnect of its own: a closed connection is thrown away (see server.ts).
 */
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createReplyParser, encodeCommand, type Reply } from './resp.ts'

export interface RedisConnection {
  /** Sends the commands back to back; answers in their order. Rejects when the connection ends. */
  send(commands: readonly (readonly string[])[]): Promise<Reply[]>
  /** From now on every reply goes to `listener`, as SUBSCRIBE and MONITOR need. */
  listen(commands: readonly string[], listener: (reply: Reply) => void): void
  isOpen(): boolean
  onClose(listener: () => void): void
  close(): void
}

interface Waiter {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/**
 * Connects, signs in and selects the database the URL names.
 *
 * @param url redis://[user:password@]host[:port][/database], or rediss:// for TLS
 */
export async function connectRedis(url: string): Promise<RedisConnection> {
  const socket = await openSocket(new URL(url))
  const connection = wrap(socket)
  const greeting = greetingOf(new URL(url))
  for (const reply of await connection.send(greeting)) {
    if (reply.type !== 'error') continue
    connection.close()
    throw new Error(`Redis refused the connection: ${reply.message}`)
  }
  return connection
}

function openSocket({ protocol, hostname, port }: URL): Promise<Socket> {
  const target = { host: hostname, port: Number(port || 6379) }
  const socket =
    protocol === 'rediss:' ? connectTls({ ...target, servername: hostname }) : connectTcp(target)
  socket.setNoDelay(true)
  return new Promise((resolve, reject) => {
    socket.once(protocol === 'rediss:' ? 'secureConnect' : 'connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

function greetingOf({ username, password, pathname }: URL): string[][] {
  const commands: string[][] = []
  const secret = decodeURIComponent(password)
  if (secret)
    commands.push(username ? ['AUTH', decodeURIComponent(username), secret] : ['AUTH', secret])
  const database = pathname.slice(1)
  if (database) commands.push(['SELECT', database])
  return commands
}

function wrap(socket: Socket): RedisConnection {
  const waiters: Waiter[] = []
  let push = (reply: Reply) => waiters.shift()?.resolve(reply)
  receive(socket, (reply) => push(reply))
  socket.on('close', () => {
    for (const waiter of waiters.splice(0)) waiter.reject(new Error('Redis closed the connection'))
  })
  return {
    send(commands) {
      if (!socket.writable) return Promise.reject(new Error('Redis closed the connection'))
      const replies = commands.map(
        () => new Promise<Reply>((resolve, reject) => waiters.push({ resolve, reject })),
      )
      socket.write(Buffer.concat(commands.map(encodeCommand)))
      return Promise.all(replies)
    },
    listen(command, listener) {
      push = listener
      socket.write(encodeCommand(command))
    },
    isOpen: () => socket.writable,
    onClose: (listener) => void socket.on('close', listener),
    close: () => void socket.destroy(),
  }
}

function receive(socket: Socket, listener: (reply: Reply) => void): void {
  const parser = createReplyParser()
  socket.on('data', (chunk: Buffer) => {
    for (const reply of parser.push(chunk)) listener(reply)
  })
  // 'close' follows every error and carries the news to whoever waits.
  socket.on('error', () => {})
}
