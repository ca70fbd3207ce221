/** Ports of 127.0.0.1: the preferred one, or the next that is free. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** So many are tried before giving up. */
const TRIES = 50

/**
 * Where "any port" lies: below those that systems give to outgoing connections (Linux from 32,768,
 * others from 49,152; RFC 6335, section 6), any of which could take it before it is listened on.
 */
const ANY = { from: 20_000, count: 10_000 }

/**
 * A free port: `preferred`, or the first free one after it; 0 asks for any.
 *
 * @param taken ports promised to somebody who does not listen yet
 * @throws Error when none of the neighbours is free either
 */
export async function findPort(preferred: number, taken: readonly number[] = []): Promise<number> {
  for (const port of candidatesFor(preferred)) {
    if (!taken.includes(port) && (await isFree(port))) return port
  }
  const near = preferred === 0 ? '' : ` near ${preferred}`
  throw new Error(`No port${near} is free on 127.0.0.1; ${TRIES} were tried.`)
}

function candidatesFor(preferred: number): number[] {
  const numbers = Array.from({ length: TRIES }, (_, index) => preferred + index)
  if (preferred !== 0) return numbers.filter((port) => port <= 65_535)
  return numbers.map(() => ANY.from + Math.floor(Math.random() * ANY.count))
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

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
