/**
 * `npm run bench:voice [-- --turns 30 --sessions 50]`: what a spoken turn takes from the end of the question to
 * the first sound of the reply, how soon the player is told to stop, and what sessions cost a processor: so many
 * of 50 frames a second, and three times as many of 17. One workerd, the local stand-ins, and a provider that is
 * quiet as long as real ones are.
 *
 * Absolute times are printed with the machine's load, and fail only beyond twice their bar.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { encodeWords } from '../../local/openai/codec.ts'
import { startOpenAi } from '../../local/openai/server.ts'
import { buildAssets } from '../../operations/build.ts'
import { percentileOf } from '../../workers/evals/metrics.ts'
import { cpuTimeOf } from './cpu.ts'
import { isLiveKitInstalled, startLiveKit } from './live-kit-peer.ts'
import { type Bench, startBench } from './stack.ts'
import { PACE, startTimedProvider } from './timed-provider.ts'
import { isPeerInstalled, startWithVoice, type VoicePeer } from './voice-peer.ts'

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '30' },
    sessions: { type: 'string', default: '50' },
  },
})
const TURNS = Number(values.turns)
const SESSIONS = Number(values.sessions)

/** Milliseconds; with retrieval, which every question to the knowledge base has. */
const BARS = { firstAudioP95: 230, stopP95: 5 }

/** Samples of 20 ms. */
const FRAME = 480
const LOAD_SECONDS = 8

/** What clients send: 20 ms as telephones do, or 60 ms as ours may. */
const LOADS = [
  { fps: 50, frameMs: 20, sessions: SESSIONS },
  { fps: 17, frameMs: 60, sessions: SESSIONS * 3 },
]
type Load = (typeof LOADS)[number]

interface Event {
  type: string
  at: number
}

/** One session, in the language of the protocol. */
async function dial(bench: Bench) {
  const [token = ''] = await bench.mintTokens(1)
  const url = `${bench.edge.replace('http', 'ws')}/v1/realtime?model=voiceassist`
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  const events: Event[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data: Buffer) => {
    const { type } = JSON.parse(data.toString()) as { type: string }
    events.push({ type, at: performance.now() })
    for (const look of waiting) look()
  })
  const send = (event: object) => socket.send(JSON.stringify(event))

  /** The first event of the type from `from` on. */
  const until = (type: string, from = 0) =>
    new Promise<Event>((resolve, reject) => {
      const look = () => {
        const found = events.slice(from).find((event) => event.type === type)
        if (!found) return
        waiting.delete(look)
        clearTimeout(timer)
        resolve(found)
      }
      const timer = setTimeout(() => reject(new Error(`No ${type} came.`)), 30_000)
      waiting.add(look)
      look()
    })
  const append = (samples: Int16Array) => {
    for (let at = 0; at < samples.length; at += FRAME * 2) {
      const audio = Buffer.from(samples.slice(at, at + FRAME * 2).buffer).toString('base64')
      send({ type: 'input_audio_buffer.append', audio })
    }
  }
  await until('session.created')
  return { socket, events, send, until, append, close: () => socket.close(1000) }
}

/** From the commit of the question to the first sound of its reply. */
async function firstAudio(bench: Bench, question: Int16Array): Promise<number> {
  const call = await dial(bench)
  const audio = { input: { turn_detection: null } }
  // With instructions the model is asked whatever the documents say.
  const session = { type: 'realtime', audio, instructions: 'You sell kitchen machines.' }
  call.send({ type: 'session.update', session })
  call.append(question)
  await call.until('session.updated')
  const from = performance.now()
  call.send({ type: 'input_audio_buffer.commit' })
  call.send({ type: 'response.create' })
  const { at } = await call.until('response.output_audio.delta')
  call.close()
  return at - from
}

/** From the news that the caller speaks to the order to stop, while only buffered sound is left. */
async function stopSignal(bench: Bench, words: Int16Array): Promise<number> {
  const call = await dial(bench)
  call.append(words)
  call.append(new Int16Array(FRAME * 50))
  await call.until('response.done')
  const from = call.events.length
  call.append(words)
  const started = await call.until('input_audio_buffer.speech_started', from)
  const cleared = await call.until('output_audio_buffer.cleared', from)
  call.close()
  return cleared.at - started.at
}

interface Cost {
  /** Of one processor, for one session. */
  share: number
  /** Milliseconds from an event behind the frames to its answer. */
  trips: number[]
}

async function costOf(bench: Bench, { frameMs, sessions }: Load): Promise<Cost> {
  const calls = await Promise.all(Array.from({ length: sessions }, () => dial(bench)))
  const audio = Buffer.alloc((FRAME * 2 * frameMs) / 20).toString('base64')
  const trips: Promise<number>[] = []
  const before = cpuTimeOf(bench.pid)
  const began = performance.now()
  const frames = Math.floor((LOAD_SECONDS * 1000) / frameMs)
  for (let frame = 0; frame < frames; frame++) {
    for (const call of calls) call.send({ type: 'input_audio_buffer.append', audio })
    const call = calls[frame % calls.length]
    if (call) trips.push(roundTrip(call))
    const due = began + (frame + 1) * frameMs
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
  }
  const used = cpuTimeOf(bench.pid) - before
  const took = await Promise.all(trips)
  for (const call of calls) call.close()
  return { share: used / (LOAD_SECONDS * 1_000_000) / sessions, trips: took }
}

/** Behind everything that was sent before it. */
async function roundTrip(call: Awaited<ReturnType<typeof dial>>): Promise<number> {
  const from = performance.now()
  const count = call.events.length
  call.send({ type: 'input_audio_buffer.clear' })
  const { at } = await call.until('input_audio_buffer.cleared', count)
  return at - from
}

function report({ fps, sessions }: Load, { share, trips }: Cost): void {
  const percent = (share * 100).toFixed(2)
  const [p50, p99] = [
    percentileOf(0.5, trips) ?? Number.NaN,
    percentileOf(0.99, trips) ?? Number.NaN,
  ]
  console.log(
    `${sessions} sessions of ${fps} frames a second: ${percent} % of a processor each, ${Math.floor(1 / share)} to one; ` +
      `round trip p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (p99 ≤ 50)`,
  )
}

function print(name: string, all: number[], bar: number): boolean {
  const p50 = percentileOf(0.5, all) ?? Number.NaN
  const p95 = percentileOf(0.95, all) ?? Number.NaN
  console.log(`${name}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (p95 ≤ ${bar})`)
  return p95 <= 2 * bar
}

function compare(name: string, ours: number[], theirs: number[]): void {
  const [own, other] = [percentileOf(0.5, ours) ?? 0, percentileOf(0.5, theirs) ?? Number.NaN]
  const late = percentileOf(0.95, theirs) ?? Number.NaN
  console.log(
    `${name}, without retrieval: p50 ${other.toFixed(1)} ms, p95 ${late.toFixed(1)} ms; ours is ${(own / other).toFixed(2)} of its p50`,
  )
}

async function run(bench: Bench, peers: VoicePeer[]): Promise<boolean> {
  const question = encodeWords('what does the warranty cover')
  for (let warm = 0; warm < 3; warm++) await firstAudio(bench, question)
  const [first, stops]: [number[], number[]] = [[], []]
  const theirs = peers.map(() => [] as number[])
  for (const peer of peers) await peer.turn()
  // In turns, so that all meet the machine as it is.
  for (let turn = 0; turn < TURNS; turn++) {
    first.push(await firstAudio(bench, question))
    for (const [at, peer] of peers.entries()) theirs[at]?.push(await peer.turn())
  }
  for (let turn = 0; turn < Math.ceil(TURNS / 3); turn++)
    stops.push(await stopSignal(bench, question))
  const isGood = [
    print('first sound after the end of the question, with retrieval', first, BARS.firstAudioP95),
    print('stop signal after the voice was noticed', stops, BARS.stopP95),
  ]
  for (const [at, { name }] of peers.entries()) compare(name, first, theirs[at] ?? [])
  for (const load of LOADS) report(load, await costOf(bench, load))
  return isGood.every(Boolean)
}

await buildAssets()
const models = await startOpenAi({ apiKey: 'openai' })
const provider = await startTimedProvider(models.baseUrl)
const bench = await startBench({
  OPENAI_BASE_URL: provider.baseUrl,
  LOG_LEVEL: 'error',
  VOICE_MAX_SESSIONS: '1000',
})
const peers: VoicePeer[] = []
if (isPeerInstalled()) peers.push(await startWithVoice(provider.baseUrl))
if (isLiveKitInstalled()) peers.push(await startLiveKit(provider.baseUrl))
try {
  const [load = 0] = loadavg()
  console.log(`${cpus().length} processors (${cpus()[0]?.model}), load ${load.toFixed(1)}`)
  console.log(
    `First word after ${PACE.firstWord} ms, then one in ${PACE.word} ms; first byte of speech after ${PACE.speech} ms.`,
  )
  if (peers.length < 2)
    console.log(
      'For withVoice and LiveKit beside it: npm ci --ignore-scripts --prefix tests/bench/peers',
    )
  if (!(await run(bench, peers))) process.exitCode = 1
} finally {
  for (const peer of peers) await peer.close()
  await bench.close()
  await provider.close()
  await models.close()
}
