/**
 * Sentry's ingestion as its SDKs call it: envelopes at `/api/<project>/envelope/`.
 * https://develop.sentry.dev/sdk/data-model/envelopes/
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface SentryEvent {
  event_id: string
  timestamp: number
  level: string
  message?: string
  release: string
  environment: string
  tags: Record<string, string>
  extra: Record<string, unknown>
  breadcrumbs?: { message: string; level: string; timestamp: number; data: object }[]
  request?: { method: string; url: string; query_string: string; headers: object }
  exception?: {
    values: {
      type: string
      value: string
      stacktrace: { frames: { filename: string; lineno: number; colno: number }[] }
    }[]
  }
}

export async function startSentry() {
  const events: SentryEvent[] = []
  const texts: string[] = []
  const state = { status: 200 }
  const server = createServer((request, response) => void take(request, response))
  async function take(request: IncomingMessage, response: ServerResponse) {
    const body = await text(request)
    const isEnvelope = request.method === 'POST' && request.url?.startsWith('/api/42/envelope/')
    if (isEnvelope && state.status === 200) {
      texts.push(body)
      events.push(...eventsOf(body))
    }
    response.writeHead(isEnvelope ? state.status : 404).end('{}')
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    dsn: `http://publickey@127.0.0.1:${port}/42`,
    events,
    /** Envelopes as they came. */
    texts,
    state,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** A header, then items of a header and a payload each, one to a line. */
function eventsOf(envelope: string): SentryEvent[] {
  const [, ...lines] = envelope.split('\n').map((line) => JSON.parse(line || 'null'))
  return lines.flatMap((header, index) =>
    index % 2 === 0 && header?.type === 'event' ? [lines[index + 1]] : [],
  )
}
