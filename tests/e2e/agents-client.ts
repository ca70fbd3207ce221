/**
 * OpenAI's Agents SDK against a running stack: one conversation with a function, a spoken turn and an
 * interruption, and what of it came about. Server events can be left out on their way to the client.
 */
import {
  OpenAIRealtimeWebSocket,
  RealtimeAgent,
  RealtimeSession,
  tool,
} from '@openai/agents-realtime'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { decodeWords, encodeWords } from '../../local/openai/codec.ts'
import type { Stack } from '../../local/supervisor/stack.ts'

const RATE = 24_000
const FRAME = 960

interface Frame {
  type: string
  [field: string]: unknown
}

/** A socket that loses the events it is told to. */
class LossySocket extends WebSocket {
  readonly omitted: ReadonlySet<string>
  readonly received: Frame[] = []
  readonly sent: Frame[] = []
  /** Comes late, when it is let go. */
  late: string | null = null
  #waiting: unknown[][] = []

  constructor(url: string, token: string, omitted: ReadonlySet<string>) {
    super(url, { headers: { authorization: `Bearer ${token}` } })
    this.omitted = omitted
  }

  override emit(name: string | symbol, ...given: unknown[]): boolean {
    if (name !== 'message') return super.emit(name, ...given)
    const frame = JSON.parse(String(given[0])) as Frame
    this.received.push(frame)
    if (frame.type === this.late) {
      this.#waiting.push(given)
      return true
    }
    return this.omitted.has(frame.type) || super.emit(name, ...given)
  }

  letGo(): void {
    this.late = null
    for (const given of this.#waiting.splice(0)) this.emit('message', ...given)
  }

  override send(data: string, ...rest: never[]): void {
    this.sent.push(JSON.parse(data) as Frame)
    super.send(data, ...rest)
  }
}

const samplesOf = (pieces: readonly ArrayBuffer[]) => {
  const bytes = new Uint8Array(Buffer.concat(pieces.map((piece) => Buffer.from(piece))))
  return new Int16Array(bytes.buffer)
}

/** Connects the SDK, unchanged, with a function at hand. */
export async function connect(stack: Stack, token: string, omitted: readonly string[] = []) {
  const cities: string[] = []
  const names: string[] = []
  const audio: ArrayBuffer[] = []
  const sockets: LossySocket[] = []
  const getWeather = tool({
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      cities.push(city)
      return 'eighteen degrees'
    },
  })
  const agent = new RealtimeAgent({
    name: 'Desk',
    instructions: 'You are a weather desk.',
    tools: [getWeather],
  })
  const transport = new OpenAIRealtimeWebSocket({
    createWebSocket: async ({ url, apiKey }) => {
      const socket = new LossySocket(url, apiKey, new Set(omitted))
      sockets.push(socket)
      return socket
    },
  })
  const session = new RealtimeSession(agent, { transport })
  for (const name of ['agent_start', 'agent_end', 'audio_stopped', 'audio_interrupted'] as const) {
    session.on(name, () => names.push(name))
  }
  session.on('audio', ({ data }) => audio.push(data))
  session.on('error', () => names.push('error'))
  const url = `${stack.url.replace('http', 'ws')}/v1/realtime?model=voiceassist`
  await session.connect({ apiKey: token, url })

  const append = (samples: Int16Array) => {
    for (let at = 0; at < samples.length; at += FRAME) {
      session.sendAudio(
        Uint8Array.from(new Uint8Array(samples.slice(at, at + FRAME).buffer)).buffer,
      )
    }
  }
  return {
    session,
    cities,
    names,
    socket: () => sockets.at(-1)!,
    append,
    say(words: string) {
      append(encodeWords(words))
      append(new Int16Array(RATE))
    },
    heard: () =>
      decodeWords(samplesOf(audio), RATE)
        .map(({ text }) => text)
        .join(' '),
    /** What the SDK has of the conversation, oldest first. */
    history: () =>
      session.history.flatMap((item) =>
        item.type === 'message' ? [{ role: item.role, text: textOf(item.content) }] : [],
      ),
  }
}

const textOf = (content: readonly object[]) =>
  content
    .map((part) => {
      if ('transcript' in part && typeof part.transcript === 'string') return part.transcript
      return 'text' in part && typeof part.text === 'string' ? part.text : ''
    })
    .join(' ')

export type Client = Awaited<ReturnType<typeof connect>>

/** Whether it comes about in time. */
async function comes(isThere: () => boolean, ms = 4000): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until;) {
    if (isThere()) return true
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return false
}

const QUESTION = 'how do I roll back a deployment?'

/** The conversation, and which of the things that should happen in it did. */
export async function talk(client: Client) {
  const { session, names, cities, history, heard, socket } = client
  const count = (name: string) => names.filter((one) => one === name).length
  const received = (type: string) => socket().received.filter((frame) => frame.type === type)
  session.sendMessage('call get_weather {"city":"Paris"}')
  const runsTool = await comes(() => cities.length === 1)
  const speaksResult = runsTool && (await comes(() => heard().includes('eighteen degrees')))
  await comes(() => !speaksResult || received('response.done').length === 2)
  const ended = received('response.done').length
  // To the SDK the reply is still being made when it is interrupted.
  socket().late = 'response.done'
  client.say(QUESTION)
  await comes(() => received('response.done').length > ended)
  const hearsUser = await comes(() => history().some(({ text }) => text === QUESTION), 1500)
  const started = count('agent_start') > 0
  const stops = count('audio_stopped') > 0
  // The question itself was said over the end of the reply before it.
  const [before, cut] = [count('audio_interrupted'), received('conversation.item.truncated').length]
  client.append(encodeWords('stop'))
  const isInterrupted = await comes(() => count('audio_interrupted') > before, 3000)
  await comes(() => received('conversation.item.truncated').length > cut)
  socket().letGo()
  const last = received('conversation.item.truncated').at(-1)
  const rereads = await comes(
    () =>
      socket().sent.some(
        ({ type, item_id: id }) => type === 'conversation.item.retrieve' && id === last?.item_id,
      ),
    1500,
  )
  const cancels = socket().sent.some(({ type }) => type === 'response.cancel')
  const truncates = socket().sent.some(({ type }) => type === 'conversation.item.truncate')
  return {
    runsTool,
    speaksResult,
    hearsUser,
    started,
    stops,
    isInterrupted,
    rereads,
    cancels,
    truncates,
  }
}
