/** Ports of 127.0.0.1: the preferred one, or the next that is free. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** So many neighbours are tried before giving up. */
const TRIES = 50

/**
 * A free port: `preferred`, or the first free one after it; 0 asks for any.
 *
 * @param taken ports promised to somebody who does not listen yet
 * @throws Error when none of the neighbours is free either
 */
export async function findPort(preferred: number, taken: readonly number[] = []): Promise<number> {
  const last = Math.min(preferred + TRIES - 1, 65_535)
  const candidates = Array.from({ length: last - preferred + 1 }, (_, index) => preferred + index)
  for (const port of preferred === 0 ? [0, 0, 0] : candidates) {
    const free = await tryPort(port)
    if (free !== undefined && !taken.includes(free)) return free
  }
  throw new Error(`No port from ${preferred} to ${last} is free on 127.0.0.1.`)
}

export interface Ports {
  readonly http: number
  readonly tls: number
}

/** The ports of a stack that people put into a browser: those they prefer, or near them. */
export async function choosePorts(preferredHttp: number, preferredTls: number): Promise<Ports> {
  const http = await findPort(preferredHttp)
  const tls = await findPort(preferredTls, [http])
  return { http, tls }
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return undefined
  }
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? address?.port : undefined
}
