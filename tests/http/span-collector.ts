/** A collector of spans by OTLP over HTTP, for tests: what was sent, and the tree of it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SentSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: { key: string; value: Record<string, unknown> }[]
}

export async function startCollector() {
  const spans: SentSpan[] = []
  const answer = { status: 200 }
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(text)
      for (const { scopeSpans } of resourceSpans) {
        for (const scope of scopeSpans) spans.push(...scope.spans)
      }
      response.writeHead(answer.status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans, answer, close: () => void server.close() }
}

export const attributesOf = (span: SentSpan | undefined) =>
  Object.fromEntries(span?.attributes.map(({ key, value }) => [key, Object.values(value)[0]]) ?? [])

/** Each way from the root down to a span, as `root > child`, once and sorted. */
export function pathsOf(spans: readonly SentSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const pathOf = (span: SentSpan): string => {
    const parent = byId.get(span.parentSpanId ?? '')
    return parent ? `${pathOf(parent)} > ${span.name}` : span.name
  }
  return [...new Set(spans.map(pathOf))].toSorted()
}
