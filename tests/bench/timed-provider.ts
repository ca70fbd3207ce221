/**
 * A model provider that takes its time: the stand-in's answers, each held back as long as a real one would
 * be quiet before its first byte. What a turn takes beyond these is the platform's own.
 */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Milliseconds before the first byte, by the end of the path. */
export const FIRST_BYTE_MS = {
  '/chat/completions': 100,
  '/audio/speech': 60,
} as const

export interface TimedProvider {
  /** With the path that clients call the base. */
  baseUrl: string
  close(): Promise<void>
}

/** @param baseUrl Of the provider whose answers these are */
export async function startTimedProvider(baseUrl: string): Promise<TimedProvider> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    const { method, headers } = incoming
    const onward = request(new URL(path, baseUrl).href, { method, headers }, (answer) => {
      setTimeout(() => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      }, quietFor(path))
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // Safe: a server that listens on a port has an address of that kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}${new URL(baseUrl).pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function quietFor(path: string): number {
  for (const [end, ms] of Object.entries(FIRST_BYTE_MS)) if (path.endsWith(end)) return ms
  return 0
}
