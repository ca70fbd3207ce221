/** A loopback server whose answers a test writes down, one per request, in order. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Reply {
  status?: number
  headers?: Record<string, string>
  body?: string
}

interface Seen {
  method: string
  path: string
  authorization: string
  lastEventId: string
  body: string
}

const readBody = async (request: IncomingMessage) =>
  Buffer.concat(await request.toArray()).toString()

/** Serves the replies until the test ends; the last one answers every further request. */
export async function serve(...replies: Reply[]) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = await readBody(request)
      const { method = '', url: path = '', headers } = request
      const reply = replies[Math.min(seen.length, replies.length - 1)]!
      const lastEventId = String(headers['last-event-id'] ?? '')
      seen.push({ method, path, authorization: headers.authorization ?? '', lastEventId, body })
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/json',
        ...reply.headers,
      })
      response.end(reply.body ?? '{}')
    }
    void answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, seen }
}
