/**
 * The ledger against what the provider counted, over chat, embeddings, speech and transcription with
 * failures that are tried again and callers who leave in the middle. A sample here; 1,000 calls with SOAK=1.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { streamChat } from '../../workers/knowledge/chat-client.ts'
import { embedTexts } from '../../workers/knowledge/embedding-client.ts'
import { msOfBytes, samplesOfMs } from '../../workers/voice/pcm.ts'
import { synthesize, transcribe } from '../../workers/voice/speech-client.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

const CALLS = process.env['SOAK'] === '1' ? 1000 : 120
/** Words after which the reader of a stream leaves. */
const HEARD = 5
/** Bytes of sound after which a listener leaves: a tenth of a second, as the provider sends it. */
const SPOKEN_BYTES = 4800

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
  const chat = async (ctx: Ctx, leaves: boolean, reader: AbortController) => {
    const messages = [
      { role: 'system' as const, content: words(30) },
      { role: 'user' as const, content: `${words(40)}?` },
    ]
    let heard = 0
    for await (const _ of streamChat(ctx, messages, reader.signal)) {
      heard++
      if (leaves && heard === HEARD) reader.abort()
    }
  }
  const speak = async (ctx: Ctx, leaves: boolean, reader: AbortController) => {
    const asked = { text: words(2), voice: 'alloy', speed: 1 }
    let heard = 0
    for await (const piece of synthesize(ctx, asked, reader.signal)) {
      heard += piece.length
      if (leaves && heard >= SPOKEN_BYTES) reader.abort()
    }
  }
  const hear = async (ctx: Ctx, reader: AbortController) => {
    const samples = new Int16Array(samplesOfMs(200 + Math.floor(random() * 1500)))
    await transcribe(ctx, samples, {}, reader.signal)
  }
  const call = async (index: number) => {
    const [fate, what] = [random(), random()]
    const manner = fate < 0.1 ? 'leave' : fate < 0.25 ? 'retry' : 'plain'
    const id = `${manner}-${index}`
    const [ctx, reader, leaves] = [contextFor(id), new AbortController(), manner === 'leave']
    if (leaves) provider.leaving.set(id, reader)
    const run = () => {
      if (what < 0.35) return chat(ctx, leaves, reader)
      if (what < 0.55) return speak(ctx, leaves, reader)
      if (what < 0.75) return hear(ctx, reader)
      return embedTexts(ctx, 'embed_query', [words(20), words(50)])
    }
    try {
      await run()
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
    sql`select count(*)::int as calls,
      sum(input) filter (where purpose <> 'speak')::int as input, sum(output)::int as output,
      sum(audio_ms) filter (where purpose = 'transcribe')::int as heard,
      sum(audio_ms) filter (where purpose = 'speak')::int as spoken,
      sum(characters)::int as characters,
      count(*) filter (where estimated and purpose <> 'speak')::int as estimated
      from usage_ledger`,
  ])
  const [ledger] = rows as { [name: string]: number }[]
  const { calls, failed, left, ...theirs } = provider.counted
  expect(failed).toBeGreaterThan(0)
  expect(left).toBeGreaterThan(0)
  // Of speech nobody counts but us.
  expect(ledger).toMatchObject({ calls, estimated: left })
  expect(calls).toBe(CALLS)
  for (const [unit, counted] of Object.entries(theirs)) {
    expect(counted).toBeGreaterThan(0)
    const off = Math.abs((ledger?.[unit] ?? 0) - counted) / counted
    expect([unit, off]).toEqual([unit, expect.closeTo(0, 3)])
    expect(off).toBeLessThan(0.001)
  }
}, 600_000)

type Ctx = ReturnType<typeof edgeContext>

const tokensOf = (said: string) => Math.ceil(said.length / 4)

/** The stand-in behind a counter that fails and holds back what a request's id asks for. */
async function startCounting(target: string) {
  const counted = {
    calls: 0,
    failed: 0,
    left: 0,
    input: 0,
    output: 0,
    /** Milliseconds. */
    heard: 0,
    spoken: 0,
    characters: 0,
  }
  const seen = new Set<string>()
  /** Who leaves as soon as they are held back, by the request's id. */
  const leaving = new Map<string, AbortController>()

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = String(request.headers['x-client-request-id'])
    const body = await buffer(request)
    if (id.startsWith('retry') && !seen.has(id)) {
      seen.add(id)
      counted.failed++
      response.writeHead(500).end('{}')
      return
    }
    counted.calls++
    const path = (request.url ?? '').replace(/^\/v1/, '')
    const answer = await fetch(`${target}${path}`, {
      method: 'POST',
      headers: {
        'content-type': String(request.headers['content-type']),
        authorization: String(request.headers.authorization),
      },
      body: new Uint8Array(body),
    })
    const leaves = id.startsWith('leave')
    const type = answer.headers.get('content-type') ?? ''
    const reply = { answer, body, response, leaves, leave: () => leaving.get(id)?.abort() }
    const start = () => response.writeHead(answer.status, { 'content-type': type })
    if (path === '/embeddings') return embeddings(reply, start)
    if (path === '/audio/transcriptions') return transcription(reply, start)
    start()
    if (path === '/audio/speech') return speech(reply)
    return chat(reply)
  }

  interface Reply {
    answer: Response
    body: Buffer
    response: ServerResponse
    leaves: boolean
    /** Makes the caller leave. */
    leave: () => void
  }

  /** Whoever leaves did so after the provider had done its work, which it counts. */
  function hold({ response, leave }: Reply): void {
    counted.left++
    response.on('close', () => response.destroy())
    leave()
  }

  async function embeddings({ answer, response }: Reply, start: () => void): Promise<void> {
    const whole = await answer.text()
    counted.input += JSON.parse(whole).usage.prompt_tokens
    start()
    response.end(whole)
  }

  async function transcription(reply: Reply, start: () => void): Promise<void> {
    const whole = await reply.answer.text()
    counted.heard += JSON.parse(whole).usage.seconds * 1000
    if (reply.leaves) return hold(reply)
    start()
    reply.response.end(whole)
  }

  async function speech({ answer, body, response, leaves }: Reply): Promise<void> {
    const { input } = JSON.parse(body.toString())
    const sound = new Uint8Array(await answer.arrayBuffer())
    const sent = leaves ? sound.subarray(0, SPOKEN_BYTES) : sound
    counted.spoken += Math.ceil(msOfBytes(sent.length))
    counted.characters += input.length
    response.write(sent)
    if (!leaves) response.end()
    response.on('close', () => response.destroy())
  }

  async function chat(reply: Reply): Promise<void> {
    const { answer, response } = reply
    const events = (await answer.text()).split('\n\n').filter(Boolean)
    if (reply.leaves) return holdBack(reply, events)
    for (const event of events) {
      const { usage } = event.includes('[DONE]') ? {} : JSON.parse(event.replace(/^data: /, ''))
      if (usage) {
        counted.input += usage.prompt_tokens
        counted.output += usage.completion_tokens
      }
      response.write(`${event}\n\n`)
    }
    response.end()
  }

  /** Says so many words and no more: the reader will leave. */
  function holdBack({ body, response }: Reply, events: string[]): void {
    let [said, words] = ['', 0]
    for (const event of events) {
      if (words === HEARD) break
      const content: string = JSON.parse(event.replace(/^data: /, '')).choices[0]?.delta.content
      said += content ?? ''
      words += content ? 1 : 0
      response.write(`${event}\n\n`)
    }
    const messages: { content: string }[] = JSON.parse(body.toString()).messages
    counted.input += messages.reduce((sum, { content }) => sum + tokensOf(content), 0)
    counted.output += tokensOf(said)
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
  return { url: `http://127.0.0.1:${port}/v1`, counted, leaving, close }
}
