/** A fetch handler behind a real socket, for clients that insist on a URL. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

type Handler = (path: string, init: RequestInit) => Promise<Response>

/** Serves on 127.0.0.1; `handler` gets path and query as the client sent them. */
export async function serveLoopback(handler: Handler) {
  const server = createServer((request, response) => void answer(handler, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse) {
  const { method = 'GET', url = '/' } = request
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  const body = method === 'GET' ? null : await buffer(request)
  const answered = await handler(url, { method, headers: Object.fromEntries(headers), body })
  response.writeHead(answered.status, [...answered.headers].flat())
  if (!answered.body) return response.end()
  response.flushHeaders()
  // A stream ends when its client goes away, which is no failure of ours.
  await pipeline(Readable.fromWeb(answered.body as never), response).catch(() => undefined)
}
