/**
 * A mail endpoint that delivers to a folder: every mail becomes a text file people and tests can
 * read. It takes what workers/workspace/mail-client.ts posts, and takes a mail sent twice once.
 */
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'

const Mail = z.object({
  from: z.string().min(1),
  to: z.email(),
  subject: z.string().min(1),
  text: z.string().min(1),
  html: z.string().min(1),
})
type Mail = z.infer<typeof Mail>

const MAX_BYTES = 1024 * 1024

export interface MailServer {
  /** For MAIL_URL. */
  readonly url: string
  /** Where the mails are. */
  readonly outbox: string
  /** False makes every request fail by a closed socket. */
  setUp(up: boolean): void
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1. */
export async function startMail(options: { token: string; outbox: string }): Promise<MailServer> {
  const { token, outbox } = options
  await mkdir(outbox, { recursive: true, mode: 0o700 })
  const seen = new Set<string>()
  let up = true
  const server = createServer((request, response) => {
    if (!up) return request.socket.destroy()
    void handle(request, response)
  })
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, mail, id } = await receive(request, token)
      if (mail && !seen.has(id)) await writeFile(join(outbox, nameOf(mail)), letterOf(mail))
      if (mail && id) seen.add(id)
      answer(response, status)
    } catch {
      answer(response, 500)
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has a port
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`,
    outbox,
    setUp: (value) => void (up = value),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Received {
  status: number
  mail?: Mail
  id: string
}

async function receive(request: IncomingMessage, token: string): Promise<Received> {
  const id = String(request.headers['idempotency-key'] ?? '')
  if (request.method !== 'POST' || request.url !== '/send') return { status: 404, id }
  if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, id }
  const mail = Mail.safeParse(parse(await textOf(request)))
  return mail.success ? { status: 202, mail: mail.data, id } : { status: 422, id }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > MAX_BYTES) return ''
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}

/** Sorts by time; the random end keeps two of one millisecond apart. */
function nameOf({ to }: Mail): string {
  const time = new Date().toISOString().replaceAll(':', '-')
  const address = to.replaceAll(/[^\w.@-]/g, '_')
  return `${time}-${address}-${crypto.randomUUID().slice(0, 4)}.txt`
}

const letterOf = ({ from, to, subject, text }: Mail) =>
  `From: ${from}\nTo: ${to}\nSubject: ${subject}\n\n${text}`
