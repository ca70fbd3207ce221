/**
 * `npm run bench:assistant`: what the assistant adds to the model's own stream, in one workerd with the
 * local stand-ins: time to the first token, CPU per delta, and whether a hundred streams at once all come
 * whole. Times fail only where they are more than twice their bar; an event that is missing always does.
 */
import { createServer, type ServerResponse } from 'node:http'
import { cpus, loadavg } from 'node:os'
import { text } from 'node:stream/consumers'
import { buildAssets } from '../../operations/build.ts'
import { percentileOf } from '../../workers/evals/metrics.ts'
import { cpuTimeOf, median, SETTLE_MS } from './cpu.ts'
import { authorize } from './rows.ts'
import { type Bench, post, startBench } from './stack.ts'

const BARS = { firstP50: 10, firstP95: 30, deltaMicros: 20 }

const TURNS = 100
const STREAMS = 100
const DELTAS_EACH = 200
/** Deltas of a short and of a long reply: what differs between their costs is the deltas'. */
const [SHORT, LONG] = [20, 2020]
const ROUNDS = 9

/** Streams as many deltas as it is asked for (`Say 20.`), each a chunk of its own. */
async function startModel() {
  const server = createServer((request, response) => {
    void text(request).then((body) => reply(body, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { url: `http://127.0.0.1:${port}/v1`, close }
}

const wordsOf = (count: number) => Array.from({ length: count }, (_, n) => `w${n} `)

async function reply(body: string, response: ServerResponse): Promise<void> {
  const asked: unknown = JSON.parse(body)
  const count = Number(/Say (\d+)\./.exec(JSON.stringify(Object(asked).messages.at(-1)))?.[1] ?? 1)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const common = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'bench' }
  const send = (chunk: object) =>
    response.write(`data: ${JSON.stringify({ ...common, ...chunk })}\n\n`)
  for (const content of wordsOf(count)) {
    send({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
    // Else Node would join them, which no model's stream is.
    await new Promise((resolve) => setImmediate(resolve))
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  const usage = { prompt_tokens: 10, completion_tokens: count, total_tokens: 10 + count }
  send({ choices: [], usage })
  response.end('data: [DONE]\n\n')
}

interface Streamed {
  /** Milliseconds from the request to the first piece of text. */
  first: number
  /** Pieces of text, in their order. */
  pieces: string[]
  isWhole: boolean
}

/** Reads server-sent events to their end. @param textOf The text of one event; '' for none */
async function read(
  response: Response,
  began: number,
  textOf: (event: string) => string,
): Promise<Streamed> {
  const streamed: Streamed = { first: Number.NaN, pieces: [], isWhole: false }
  let rest = ''
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + piece).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const said = textOf(event)
      if (said && streamed.pieces.push(said) === 1) streamed.first = performance.now() - began
      streamed.isWhole ||= event.includes('event: done') || event === 'data: [DONE]'
    }
  }
  return streamed
}

const dataOf = (event: string): unknown => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '{}')

/** The model asked without us, with what the agent sends but for its instructions and tools. */
async function askModel(url: string, count: number): Promise<Streamed> {
  const messages = [{ role: 'user', content: `Say ${count}.` }]
  const began = performance.now()
  const body = { model: 'bench', stream: true, messages }
  const response = await post(`${url}/chat/completions`, body)
  return read(response, began, (event) =>
    event === 'data: [DONE]' ? '' : String(Object(dataOf(event)).choices[0]?.delta.content ?? ''),
  )
}

async function askAgent(edge: string, authorization: string, count: number): Promise<Streamed> {
  const headers = { authorization, accept: 'text/event-stream' }
  const began = performance.now()
  const response = await post(
    `${edge}/api/assistant/messages`,
    { message: `Say ${count}.` },
    headers,
  )
  return read(response, began, (event) =>
    event.includes('event: delta') ? String(Object(dataOf(event)).text) : '',
  )
}

async function firstTokens(bench: Bench, url: string): Promise<boolean> {
  const authorization = await authorize(bench)
  for (let n = 0; n < 20; n++) {
    await askModel(url, 3)
    await askAgent(bench.edge, authorization, 3)
  }
  const overheads: number[] = []
  for (let n = 0; n < TURNS; n++) {
    // In turns, so that a busy moment of the machine meets both.
    const raw = await askModel(url, 3)
    const agent = await askAgent(bench.edge, authorization, 3)
    overheads.push(agent.first - raw.first)
  }
  const [p50, p95] = [0.5, 0.95].map((share) => percentileOf(share, overheads) ?? Number.NaN)
  const { firstP50, firstP95 } = BARS
  console.log(
    `first token over the model's own: p50 ${p50?.toFixed(1)} ms, p95 ${p95?.toFixed(1)} ms ` +
      `(p50 ≤ ${firstP50}, p95 ≤ ${firstP95})`,
  )
  return Number(p50) <= 2 * firstP50 && Number(p95) <= 2 * firstP95
}

/** What a Worker spends on passing the model's stream on untouched is not the agent's. */
async function perDelta(bench: Bench): Promise<boolean> {
  const authorization = await authorize(bench)
  const agent = (count: number) => askAgent(bench.edge, authorization, count)
  const piped = async (say: number) =>
    void (await (await post(`${bench.edge}/bench/model`, { say })).text())
  const costOf = async (run: (count: number) => Promise<unknown>) => {
    const spent = async (count: number) => {
      const before = cpuTimeOf(bench.pid)
      await run(count)
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      return cpuTimeOf(bench.pid) - before
    }
    await spent(LONG)
    const rounds: number[] = []
    for (let n = 0; n < ROUNDS; n++) {
      rounds.push(((await spent(LONG)) - (await spent(SHORT))) / (LONG - SHORT))
    }
    return median(rounds)
  }
  const [whole, raw] = [await costOf(agent), await costOf(piped)]
  const micros = whole - raw
  console.log(
    `a delta: ${micros.toFixed(1)} µs of CPU (≤ ${BARS.deltaMicros}), ` +
      `${whole.toFixed(1)} with the ${raw.toFixed(1)} of a stream that is passed on`,
  )
  return micros <= 2 * BARS.deltaMicros
}

async function manyAtOnce(bench: Bench): Promise<boolean> {
  const authorization = await authorize(bench)
  const expected = wordsOf(DELTAS_EACH).join('')
  const began = performance.now()
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, () => askAgent(bench.edge, authorization, DELTAS_EACH)),
  )
  const seconds = (performance.now() - began) / 1000
  const whole = streams.filter(
    ({ pieces, isWhole }) => isWhole && pieces.join('').trim() === expected.trim(),
  )
  const pieces = streams.reduce((sum, one) => sum + one.pieces.length, 0)
  console.log(
    `${STREAMS} streams at once: ${whole.length} whole, ${pieces} of ${STREAMS * DELTAS_EACH} ` +
      `deltas as events of their own, in ${seconds.toFixed(1)} s`,
  )
  return whole.length === STREAMS
}

await buildAssets()
const model = await startModel()
const bench = await startBench({ OPENAI_BASE_URL: model.url, LOG_LEVEL: 'error' })
try {
  const [load = 0] = loadavg()
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, load ${load.toFixed(1)}`)
  const results = [
    await firstTokens(bench, model.url),
    await perDelta(bench),
    await manyAtOnce(bench),
  ]
  process.exitCode = results.every(Boolean) ? 0 : 1
} finally {
  await bench.close()
  await model.close()
}
