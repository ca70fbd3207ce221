/** The TLS port: a client that verifies the certificate gets through to the plain port behind. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { pathsOf } from '../../../local/supervisor/paths.ts'
import { findPort } from '../../../local/supervisor/ports.ts'
import { startTls, type TlsFront } from '../../../local/supervisor/tls.ts'

let plain: Server
let plainPort: number
let directory: string
let port: number
let tls: TlsFront

beforeAll(async () => {
  plain = createServer((request, response) => response.end(`${request.headers.host}`))
  new WebSocketServer({ server: plain }).on('connection', (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }))
  })
  plainPort = await findPort(0)
  await once(plain.listen(plainPort, '127.0.0.1'), 'listening')
})
afterAll(() => plain.close())

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tls-'))
  port = await findPort(0)
  tls = await startTls(port, plainPort, pathsOf(directory))
})
afterEach(async () => {
  await tls.close()
  rmSync(directory, { recursive: true })
})

test.each(['localhost', '127.0.0.1'])('a client that trusts the file reaches %s', async (host) => {
  const request = get(`https://${host}:${port}/`, { ca: tls.certificate, agent: false })
  const [response] = await once(request, 'response')
  expect(await text(response)).toBe(`${host}:${port}`)
})

test('a client that does not trust it is refused', async () => {
  const request = get(`https://localhost:${port}/`, { agent: false })
  const [error] = await once(request, 'error').catch((reason: unknown) => [reason])
  expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})

test('WebSocket frames pass both ways, large ones too', async () => {
  const socket = new WebSocket(`wss://localhost:${port}/`, { ca: tls.certificate })
  await once(socket, 'open')
  const frame = Buffer.alloc(2_000_000, 7)
  socket.send(frame)
  const [echo] = await once(socket, 'message')
  expect(frame.equals(echo)).toBe(true)
  socket.close()
  await once(socket, 'close')
})

test('the certificate stays the same over restarts, its key private', async () => {
  const { certificate, key } = pathsOf(directory)
  await tls.close()
  tls = await startTls(port, plainPort, pathsOf(directory))
  expect(tls.certificate).toBe(readFileSync(certificate, 'utf8'))
  expect(statSync(key).mode & 0o777).toBe(0o600)
})

test('closing ends the connections that are open', async () => {
  const socket = new WebSocket(`wss://localhost:${port}/`, { ca: tls.certificate })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await tls.close()
  const [code] = await closed
  expect(code).toBe(1006)
  tls = await startTls(port, plainPort, pathsOf(directory))
})
