/** Cloudflare Turnstile's siteverify, as far as the edge asks it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Turnstile's siteverify: one token is right, once. */
export async function startTurnstile() {
  const asked: URLSearchParams[] = []
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const form = new URLSearchParams(await text(request))
    const isRight = form.get('secret') === 'turnstile-secret' && form.get('response') === 'solved'
    const success = isRight && asked.every((before) => before.get('response') !== 'solved')
    asked.push(form)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ success, 'error-codes': success ? [] : ['invalid'] }))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Safe: it listens on a port.
  const { port } = server.address() as AddressInfo
  const close = () => new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${port}/siteverify`, asked, close }
}
