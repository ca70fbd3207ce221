/**
 * The ledger against what the provider counted, over mixed calls with failures that are tried again
 * and streams whose reader leaves. A sample here; 1,000 calls with SOAK=1.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { streamChat } from '../../workers/knowledge/chat-client.ts'
import { embedTexts } from '../../workers/knowledge/embedding-client.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

const CALLS = process.env['SOAK'] === '1' ? 1000 : 120
/** Words after which the reader of a stream leaves. */
const HEARD = 5

let app: TestApp
let provider: Awaited<ReturnType<typeof startCounting>>
beforeAll(async () => {
  app = await startApp()
  provider = await startCounting(app.openAi.baseUrl)
})
afterAll(() => Promise.all([app?.close(), provider?.close()]))

/** Numbers from 0 to below 1, always the same ones (mulberry32). */
function createRandom(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('the ledger says what the provider counted, within a thousandth', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  const random = createRandom(7)
  const deferred: Promise<unknown>[] = []
  const env = { ...app.env, OPENAI_BASE_URL: provider.url }
  const words = (count: number) =>
    Array.from({ length: count }, () => 'tide '.repeat(1 + Math.floor(random() * 3))).join('')
  const contextFor = (requestId: string) =>
    edgeContext(env, {
      tenantId: 'acme',
      actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
      requestId,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      waitUntil: (work) => void deferred.push(work),
    })
  const call = async (index: number) => {
    const fate = random()
    const kind = fate < 0.1 ? 'leave' : fate < 0.25 ? 'retry' : 'plain'
    const ctx = contextFor(`${kind}-${index}`)
    if (kind !== 'leave' && random() < 0.4) {
      await embedTexts(ctx, 'embed_query', [words(20), words(50)])
      return
    }
    const reader = new AbortController()
    const messages = [
      { role: 'system' as const, content: words(30) },
      { role: 'user' as const, content: `${words(40)}?` },
    ]
    let heard = 0
    try {
      for await (const _ of streamChat(ctx, messages, reader.signal)) {
        heard++
        if (kind === 'leave' && heard === HEARD) reader.abort()
      }
    } catch (error) {
      if (!reader.signal.aborted) throw error
    }
  }
  for (let index = 0; index < CALLS; index += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, n) => call(index + n)))
  }
  await Promise.all(deferred)
  // What a queue does: some batches come twice.
  const used = app.used.splice(0)
  for (let from = 0; from < used.length; from += 50) {
    await deliver(app, used.slice(from, from + 50), { queue: 'usage' })
    if (random() < 0.3) await deliver(app, used.slice(from, from + 50), { queue: 'usage' })
  }
  quiet.mockRestore()

  const [, rows] = await connect(app.database.owner).transaction((sql) => [
    sql`select set_config('app.tenant_id', 'acme', true)`,
    sql`select count(*)::int as calls, sum(input)::int as input, sum(output)::int as output,
      sum(micro_dollars)::int as cost, count(*) filter (where estimated)::int as estimated
      from usage_ledger`,
  ])
  const [ledger] = rows as { [name: string]: number }[]
  const { calls, input, output, failed, left } = provider.counted
  expect(failed).toBeGreaterThan(0)
  expect(left).toBeGreaterThan(0)
  expect(ledger).toMatchObject({ calls, estimated: left })
  expect(calls).toBe(CALLS)
  const off = (ours = 0, theirs = 0) => Math.abs(ours - theirs) / theirs
  expect(off(ledger?.['input'], input)).toBeLessThan(0.001)
  expect(off(ledger?.['output'], output)).toBeLessThan(0.001)
}, 300_000)

const tokensOf = (said: string) => Math.ceil(said.length / 4)

/** The stand-in behind a counter that fails and holds back what a request's id asks for. */
async function startCounting(target: string) {
  const counted = { calls: 0, input: 0, output: 0, failed: 0, left: 0 }
  const seen = new Set<string>()
  const count = (input: number, output: number) => {
    counted.calls++
    counted.input += input
    counted.output += output
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = String(request.headers['x-client-request-id'])
    const body = await text(request)
    if (id.startsWith('retry') && !seen.has(id)) {
      seen.add(id)
      counted.failed++
      response.writeHead(500).end('{}')
      return
    }
    const headers = {
      'content-type': 'application/json',
      authorization: String(request.headers.authorization),
    }
    const path = (request.url ?? '').replace(/^\/v1/, '')
    const answer = await fetch(`${target}${path}`, { method: 'POST', headers, body })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    if (path === '/embeddings') {
      const whole = await answer.text()
      count(JSON.parse(whole).usage.prompt_tokens, 0)
      response.end(whole)
      return
    }
    const events = (await answer.text()).split('\n\n').filter(Boolean)
    if (id.startsWith('leave')) return holdBack(body, events, response)
    for (const event of events) {
      const { usage } = event.includes('[DONE]') ? {} : JSON.parse(event.replace(/^data: /, ''))
      if (usage) count(usage.prompt_tokens, usage.completion_tokens)
      response.write(`${event}\n\n`)
    }
    response.end()
  }

  /** Says so many words and no more: the reader will leave. */
  function holdBack(body: string, events: string[], response: ServerResponse): void {
    let [said, words] = ['', 0]
    for (const event of events) {
      if (words === HEARD) break
      const content: string = JSON.parse(event.replace(/^data: /, '')).choices[0]?.delta.content
      said += content ?? ''
      words += content ? 1 : 0
      response.write(`${event}\n\n`)
    }
    const messages: { content: string }[] = JSON.parse(body).messages
    const prompt = messages.reduce((sum, { content }) => sum + tokensOf(content), 0)
    count(prompt, tokensOf(said))
    counted.left++
    response.on('close', () => response.destroy())
  }

  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { url: `http://127.0.0.1:${port}/v1`, counted, close }
}
