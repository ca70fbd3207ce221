/**
 * `/v1/realtime`: a speech model that hears and says words of the codec, over the Realtime protocol (GA) as
 * far as a server needs that decides turns itself: utterances are committed, replies asked for. What it says is
 * decided in turn.ts. A suffix of the model's name makes it fail: `:429` and `:500` the dial, `:cut` the
 * connection in the middle of a reply.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import type * as Ws from 'ws'
import { ApiError } from './api-error.ts'
import { decodeWords, encodeWords } from './codec.ts'
import type { Script } from './models.ts'
import { type Item, RealtimeEvent, type ResponseEvent } from './realtime-events.ts'
import { estimateTokens, type Message, takeTurn } from './turn.ts'

// Resolved by Node whoever loads this file: a bundler's resolution for Workers finds the browser's stub.
const ws: typeof Ws = createRequire(import.meta.url)('ws')

const RATE = 24_000
/** A tenth of a second of PCM16. */
const CHUNK_BYTES = (RATE / 10) * 2
/** As OpenAI counts speech, in and out. */
const TOKENS_PER_SECOND = { input: 10, output: 20 }

interface Door {
  isUp: () => boolean
  /** @throws ApiError when the caller may not talk to the model */
  admit: (request: IncomingMessage, model: string) => Script
}

export function acceptRealtime(server: Server, { isUp, admit }: Door): void {
  const sockets = new ws.WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://openai')
    if (!isUp() || url.pathname !== '/v1/realtime') return socket.destroy()
    try {
      const script = admit(request, url.searchParams.get('model') ?? '')
      sockets.handleUpgrade(request, socket, head, (client) => converse(client, script))
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 500
      socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    }
  })
}

interface Line {
  send: (event: object) => void
  /** What was heard, by id. */
  heard: Map<string, { text: string; seconds: number }>
  buffer: Buffer[]
  cancelled: Set<string>
  script: Script
  cut: () => void
}

function converse(client: Ws.WebSocket, script: Script): void {
  const line: Line = {
    send: (event) => client.send(JSON.stringify({ event_id: newId('event'), ...event })),
    heard: new Map(),
    buffer: [],
    cancelled: new Set(),
    script,
    cut: () => client.terminate(),
  }
  line.send({ type: 'session.created', session: { id: newId('sess'), type: 'realtime' } })
  client.on('message', (data: Buffer) => {
    const event = RealtimeEvent.safeParse(JSON.parse(data.toString()))
    if (event.success) return void obey(line, event.data)
    const message = event.error.issues.map(
      ({ path, message: text }) => `${path.join('.')}: ${text}`,
    )
    line.send({
      type: 'error',
      error: { type: 'invalid_request_error', message: message.join('; ') },
    })
  })
}

function obey(line: Line, event: RealtimeEvent): void | Promise<void> {
  switch (event.type) {
    case 'session.update':
      return line.send({ type: 'session.updated', session: event.session })
    case 'input_audio_buffer.append':
      return void line.buffer.push(Buffer.from(event.audio, 'base64'))
    case 'input_audio_buffer.commit':
      return commit(line)
    case 'response.create':
      return respond(line, event)
    case 'response.cancel':
      return void line.cancelled.add(event.response_id)
  }
}

function commit(line: Line): void {
  const bytes = Buffer.concat(line.buffer.splice(0))
  const samples = new Int16Array(Uint8Array.from(bytes).buffer)
  const id = newId('item')
  const text = decodeWords(samples, RATE)
    .map((word) => word.text)
    .join(' ')
  const seconds = samples.length / RATE
  line.heard.set(id, { text, seconds })
  line.send({ type: 'input_audio_buffer.committed', item_id: id, previous_item_id: null })
  line.send({
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: id,
    content_index: 0,
    transcript: text,
    usage: { type: 'duration', seconds },
  })
}

async function respond(line: Line, { event_id: asked, response }: ResponseEvent): Promise<void> {
  const id = newId('resp')
  const { metadata, output_modalities: [modality] = ['audio'] } = response
  const missing = response.input.find(
    (item) => item.type === 'item_reference' && !line.heard.has(item.id),
  )
  if (missing) {
    const error = { type: 'invalid_request_error', message: 'no such item', event_id: asked }
    return line.send({ type: 'error', error })
  }
  line.send({
    type: 'response.created',
    response: { id, status: 'in_progress', metadata, output: [] },
  })
  const messages = [
    { role: 'system' as const, text: response.instructions },
    ...messagesOf(line, response.input),
  ]
  const tools = response.tools.map(({ name }) => name)
  const choice = response.tool_choice
  const turn = takeTurn({ messages, tools, toolChoice: choice }, line.script.inventing)
  const said = turn.type === 'text' ? turn.text : ''
  if (said !== '') await say(line, { id, modality, text: said })
  const output = turn.type === 'calls' ? turn.calls : []
  const status = line.cancelled.has(id) ? 'cancelled' : 'completed'
  line.send({
    type: 'response.done',
    response: {
      id,
      status,
      metadata,
      output: output.map((call) => ({ type: 'function_call', call_id: newId('call'), ...call })),
      usage: usageOf(line, response.input, messages, said, modality),
    },
  })
}

/** Words first, then their sound, word by word, as the provider does it. */
async function say(
  { send, cancelled, script, cut }: Line,
  { id, modality, text }: { id: string; modality: 'audio' | 'text'; text: string },
): Promise<void> {
  const place = { response_id: id, item_id: newId('item'), output_index: 0, content_index: 0 }
  const words = text.match(/\s*\S+\s*/gu) ?? []
  for (const [index, word] of words.entries()) {
    if (cancelled.has(id)) return
    if (script.pace === 'cut' && index === Math.ceil(words.length / 2)) return cut()
    const type = modality === 'text' ? 'response.output_text' : 'response.output_audio_transcript'
    send({ type: `${type}.delta`, ...place, delta: word })
    if (modality === 'text') continue
    const pcm = Buffer.from(encodeWords(word, RATE).buffer)
    for (let at = 0; at < pcm.length; at += CHUNK_BYTES) {
      const delta = pcm.subarray(at, at + CHUNK_BYTES).toString('base64')
      send({ type: 'response.output_audio.delta', ...place, delta })
    }
    await new Promise((resolve) => setTimeout(resolve, script.pace === 'slow' ? 200 : 1))
  }
}

function messagesOf(line: Line, input: readonly Item[]): Message[] {
  const names = new Map(
    input.flatMap((item) => (item.type === 'function_call' ? [[item.call_id, item.name]] : [])),
  )
  return input.map((item): Message => {
    switch (item.type) {
      case 'item_reference':
        return { role: 'user', text: line.heard.get(item.id)?.text ?? '' }
      case 'message':
        return { role: item.role, text: item.content.map(({ text }) => text).join(' ') }
      case 'function_call':
        return { role: 'assistant', text: '' }
      case 'function_call_output':
        return { role: 'tool', text: item.output, toolName: names.get(item.call_id) ?? 'The tool' }
    }
  })
}

function usageOf(
  line: Line,
  input: readonly Item[],
  messages: readonly Message[],
  said: string,
  modality: 'audio' | 'text',
) {
  const text = messages.reduce((total, message) => total + estimateTokens(message.text), 0)
  const seconds = input.reduce(
    (total, item) =>
      total + (item.type === 'item_reference' ? (line.heard.get(item.id)?.seconds ?? 0) : 0),
    0,
  )
  const audio = Math.ceil(seconds * TOKENS_PER_SECOND.input)
  const spoken = modality === 'audio' ? encodeWords(said, RATE).length / RATE : 0
  const audioOut = Math.ceil(spoken * TOKENS_PER_SECOND.output)
  const textOut = estimateTokens(said)
  return {
    total_tokens: text + audio + audioOut + textOut,
    input_tokens: text + audio,
    output_tokens: audioOut + textOut,
    input_token_details: { text_tokens: text, audio_tokens: audio, cached_tokens: 0 },
    output_token_details: { text_tokens: textOut, audio_tokens: audioOut },
  }
}

const newId = (prefix: string) => `${prefix}_${randomUUID().replaceAll('-', '')}`
