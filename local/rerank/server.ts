/**
 * Reranking offline, by the protocol that Cohere, Jina and most servers of one's own speak: documents are
 * ordered by the share of the query's words they have. https://docs.cohere.com/reference/rerank
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { listenOnLoopback } from '../loopback.ts'
import { termsOf, weightOf } from '../openai/words.ts'

const Rerank = z.looseObject({
  model: z.string().min(1),
  query: z.string().min(1),
  documents: z.array(z.string()).min(1).max(1000),
  top_n: z.int().min(1).optional(),
})
type Rerank = z.infer<typeof Rerank>

export interface RerankServer {
  /** For RERANK_URL. */
  readonly url: string
  /** Requests that carried the right key, oldest first. */
  requests(): readonly Rerank[]
  /** False makes every request fail by a closed socket. */
  setUp(up: boolean): void
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1. */
export async function startRerank(options: { apiKey: string }): Promise<RerankServer> {
  const requests: Rerank[] = []
  let up = true
  const server = createServer((request, response) => {
    if (!up) return request.socket.destroy()
    void answer(request, response, options.apiKey, requests)
  })
  const { origin, close } = await listenOnLoopback(server)
  return {
    url: `${origin}/v1`,
    requests: () => requests,
    setUp: (value) => void (up = value),
    close,
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  apiKey: string,
  requests: Rerank[],
): Promise<void> {
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  let text = ''
  for await (const chunk of request) text += String(chunk)
  if (request.url !== '/v1/rerank') return send(404, { message: 'no such path' })
  if (request.headers.authorization !== `Bearer ${apiKey}`) {
    return send(401, { message: 'invalid api token' })
  }
  const parsed = Rerank.safeParse(jsonOf(text))
  if (!parsed.success) return send(400, { message: z.prettifyError(parsed.error) })
  requests.push(parsed.data)
  send(200, rerank(parsed.data))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function rerank({ model, query, documents, top_n = documents.length }: Rerank) {
  const asked = [...new Set(termsOf(query))]
  const total = asked.reduce((sum, term) => sum + weightOf(term), 0)
  const scored = documents.map((document, index) => {
    const has = new Set(termsOf(document))
    const found = asked.filter((term) => has.has(term))
    const weight = found.reduce((sum, term) => sum + weightOf(term), 0)
    return { index, relevance_score: total === 0 ? 0 : weight / total }
  })
  const results = scored.toSorted((a, b) => b.relevance_score - a.relevance_score).slice(0, top_n)
  const tokens = Math.ceil([query, ...documents].join(' ').length / 4)
  return { model, results, usage: { total_tokens: tokens } }
}
