/**
 * Loki's push API as promtail and others call it, in memory: 204, or 400 for what Loki refuses.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

/** Labels' names as Prometheus has them; a value is nanoseconds and a line, both text. */
const Push = z.object({
  streams: z
    .array(
      z.object({
        stream: z.record(z.string().regex(/^[a-zA-Z_]\w*$/), z.string().min(1)),
        values: z.array(z.tuple([z.string().regex(/^\d{19}$/), z.string()])).min(1),
      }),
    )
    .min(1),
})

interface Entry {
  labels: Record<string, string>
  /** Nanoseconds since 1970. */
  at: bigint
  line: string
}

export async function startLoki() {
  const entries: Entry[] = []
  const pushes: IncomingMessage['headers'][] = []
  const state = { status: 204 }
  const server = createServer((request, response) => void take(request, response))
  async function take(request: IncomingMessage, response: ServerResponse) {
    const body = await text(request)
    if (request.method !== 'POST' || request.url !== '/loki/api/v1/push') {
      return response.writeHead(404).end()
    }
    pushes.push(request.headers)
    if (state.status !== 204) return response.writeHead(state.status).end('no')
    const push = Push.safeParse(JSON.parse(body))
    const isJson = request.headers['content-type'] === 'application/json'
    if (!push.success || !isJson) return response.writeHead(400).end('malformed')
    for (const { stream, values } of push.data.streams) {
      entries.push(...values.map(([at, line]) => ({ labels: stream, at: BigInt(at), line })))
    }
    return response.writeHead(204).end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    entries,
    /** Headers of each push. */
    pushes,
    state,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
