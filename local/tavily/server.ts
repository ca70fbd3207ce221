/**
 * Web search offline, by Tavily's protocol: a few fixed pages, found by the words they share with the
 * query. https://docs.tavily.com/documentation/api-reference/endpoint/search
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { listenOnLoopback } from '../loopback.ts'

const Search = z.looseObject({
  query: z.string().min(1).max(400),
  max_results: z.int().min(0).max(20).default(5),
})

interface Page {
  title: string
  url: string
  content: string
}

/** Addresses nobody can have (RFC 2606), so that what is found here is not mistaken for the web's. */
const PAGES: readonly Page[] = [
  {
    title: 'Tides',
    url: 'https://example.com/tides',
    content: 'High water comes twice a day at most coasts, some 12 hours and 25 minutes apart.',
  },
  {
    title: 'Lighthouses',
    url: 'https://example.com/lighthouses',
    content: 'A lighthouse is known by the colour and the rhythm of its light.',
  },
  {
    title: 'Pressure',
    url: 'https://example.com/pressure',
    content: 'One bar is 100,000 pascals, a little less than the pressure of the air at sea level.',
  },
]

export interface TavilyServer {
  /** For TAVILY_URL. */
  readonly url: string
  /** Queries that carried the right key, oldest first. */
  queries(): readonly string[]
  /** False makes every request fail by a closed socket. */
  setUp(up: boolean): void
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1. */
export async function startTavily(options: { apiKey: string }): Promise<TavilyServer> {
  const queries: string[] = []
  let up = true
  const server = createServer((request, response) => {
    if (!up) return request.socket.destroy()
    void answer(request, response, options.apiKey, queries)
  })
  const { origin, close } = await listenOnLoopback(server)
  return { url: origin, queries: () => queries, setUp: (value) => void (up = value), close }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  apiKey: string,
  queries: string[],
): Promise<void> {
  const send = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.headers.authorization !== `Bearer ${apiKey}`) {
    return void send(401, { detail: { error: 'Unauthorized: missing or invalid API key.' } })
  }
  if (request.method !== 'POST' || request.url !== '/search') {
    return void send(404, { detail: 'Not Found' })
  }
  const search = Search.safeParse(parse(await textOf(request)))
  if (!search.success) return void send(400, { detail: { error: 'Query is missing.' } })
  const { query, max_results: limit } = search.data
  queries.push(query)
  send(200, { query, results: find(query).slice(0, limit), response_time: 0.01 })
}

function find(query: string) {
  const words = wordsOf(query)
  return PAGES.map((page) => {
    const own = wordsOf(`${page.title} ${page.content}`)
    const score = [...words].filter((word) => own.has(word)).length / Math.max(1, words.size)
    return { ...page, score }
  })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
