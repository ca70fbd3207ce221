/**
 * The Upstash REST API over a Redis server: js-redis-server in this process, or any Redis by URL.
 * Enough for @upstash/redis and @upstash/ratelimit; Search, JSON and other Redis modules are not
 * here. Data in the embedded engine is gone when it stops: Redis holds caches and limits only.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectRedis } from './connection.ts'
import { type Engine, startEngine } from './engine.ts'
import { authorize, RequestError } from './request.ts'
import { createRest, type Rest } from './rest.ts'

export interface Upstash {
  /** The REST endpoint, for UPSTASH_REDIS_REST_URL. */
  readonly url: string
  /** The Redis server behind it, for redis-cli. */
  readonly redisUrl: string
  /** False makes every request fail by a closed socket, as an unreachable Upstash does. */
  setUp(up: boolean): void
  close(): Promise<void>
}

/**
 * Starts the endpoint on 127.0.0.1.
 *
 * @param options.redisUrl a real Redis (redis:// or rediss://); without it the embedded engine runs
 * @param options.port 0 or absent for any free port
 * @throws Error when the Redis server cannot be reached or refuses the credentials
 */
export async function startUpstash(options: {
  token: string
  redisUrl?: string
  port?: number
}): Promise<Upstash> {
  const engine = options.redisUrl ? remote(options.redisUrl) : await startEngine()
  const rest = await connectRest(engine)
  let up = true
  const server = createServer((request, response) => {
    if (!up) return request.socket.destroy()
    void handle(rest, options.token, request, response)
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    redisUrl: engine.url,
    setUp: (value) => void (up = value),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      // Before the engine: it waits for its clients to leave.
      rest.close()
      await engine.close()
    },
  }
}

function remote(url: string): Engine {
  return { url, close: () => Promise.resolve() }
}

async function connectRest({ url }: Engine): Promise<Rest> {
  const rest = createRest(() => connectRedis(url))
  try {
    await rest.ping()
  } catch (error) {
    throw new Error(`No Redis server answers at ${withoutPassword(url)}`, { cause: error })
  }
  return rest
}

async function handle(
  rest: Rest,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://upstash')
    authorize(request, url, token)
    await rest.answer(request, url, response)
  } catch (error) {
    const status = error instanceof RequestError ? error.status : 503
    const message = error instanceof Error ? error.message : String(error)
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: message }))
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

function withoutPassword(url: string): string {
  const safe = new URL(url)
  safe.password = ''
  return safe.href
}
