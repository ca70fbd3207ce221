/**
 * TLS in front of the plain port, for clients that insist on wss. Bytes go through unread. The
 * certificate is made once, for localhost and 127.0.0.1, and is its own authority: a client that
 * trusts the file (NODE_EXTRA_CA_CERTS) verifies as usual.
 */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { generate } from 'selfsigned'
import type { pathsOf } from './paths.ts'

type Paths = Pick<ReturnType<typeof pathsOf>, 'certificate' | 'key'>

const DAY_MS = 86_400_000
/** Apple's systems accept no longer life of a certificate they are told to trust. */
const LIFE_DAYS = 825

export interface TlsFront {
  /** PEM. */
  readonly certificate: string
  close(): Promise<void>
}

/** Listens on 127.0.0.1:`port` and passes everything on to 127.0.0.1:`target`. */
export async function startTls(port: number, target: number, paths: Paths): Promise<TlsFront> {
  const { certificate, key } = await ensureCertificate(paths)
  const sockets = new Set<Socket>()
  const server = createServer({ cert: certificate, key, ALPNProtocols: ['http/1.1'] }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port: target, noDelay: true })
    client.setNoDelay(true)
    pass(client, upstream, sockets)
    pass(upstream, client, sockets)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    certificate,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** One direction; the end of either side is the end of both. */
function pass(from: Socket, to: Socket, open: Set<Socket>): void {
  open.add(from)
  from.on('error', () => to.destroy())
  from.on('close', () => {
    open.delete(from)
    to.destroy()
  })
  from.pipe(to)
}

async function ensureCertificate(paths: Paths): Promise<{ certificate: string; key: string }> {
  try {
    const certificate = await readFile(paths.certificate, 'utf8')
    const key = await readFile(paths.key, 'utf8')
    if (isFresh(certificate, key)) return { certificate, key }
  } catch {
    // None yet, or damaged: a new one costs milliseconds.
  }
  const made = await makeCertificate()
  await writeFile(paths.certificate, made.certificate)
  await writeFile(paths.key, made.key, { mode: 0o600 })
  return made
}

function isFresh(certificate: string, key: string): boolean {
  const { validToDate } = new X509Certificate(certificate)
  return key.includes('PRIVATE KEY') && validToDate.getTime() > Date.now() + 30 * DAY_MS
}

async function makeCertificate(): Promise<{ certificate: string; key: string }> {
  const made = await generate([{ name: 'commonName', value: 'VoiceAssist local stack' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + LIFE_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { certificate: made.cert, key: made.private }
}
