/** A client of one VoiceSession object: speaks words, collects events, decodes what it hears. */
import { env } from 'cloudflare:test'
import { expect } from 'vitest'
import { decodeWords, encodeWords } from '../../local/openai/codec.ts'
import type { AssistantContent } from '../../workers/assistant/assistant-schemas.ts'

interface Event {
  type: string
  [field: string]: unknown
}

const RATE = 24_000
/** 40 ms, as the browser client sends them. */
const FRAME = 960

const permissions = new Set(['voice.start'])

/** A user the database does not know, so that nothing of the session is kept there. */
const STRANGER = { type: 'user', userId: 'ada', sessionId: 's1', permissions } as const

/** Whose sessions are kept. */
export const PROGRAM = { type: 'key', keyId: 'program', permissions } as const

export const sessionIdOf = (name: string) => `0190-${name.replaceAll(/\W/g, '')}-000000`

export async function dial(
  name: string,
  model = 'voiceassist',
  actor: typeof STRANGER | typeof PROGRAM = STRANGER,
  assistant?: AssistantContent,
) {
  const object = env.VOICE_SESSIONS.getByName(name)
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  const owner = { tenantId: 'acme', actor, requestId: 'r1', traceparent }
  await object.open(owner, { sessionId: sessionIdOf(name), model, assistant })
  const response = await object.fetch('https://call/', { headers: { upgrade: 'websocket' } })
  return follow(object, response.webSocket!)
}

type VoiceObject = ReturnType<typeof env.VOICE_SESSIONS.getByName>

/** The client of a socket that was just opened to `object`. */
export function follow(object: VoiceObject, socket: WebSocket) {
  const events: Event[] = []
  const closes: { code: number; reason: string }[] = []
  socket.addEventListener('message', ({ data }) => events.push(JSON.parse(String(data)) as Event))
  socket.addEventListener('close', ({ code, reason }) => closes.push({ code, reason }))
  socket.accept()

  const send = (event: object) => socket.send(JSON.stringify(event))
  const append = (samples: Int16Array) => {
    for (let at = 0; at < samples.length; at += FRAME) {
      const frame = new Uint8Array(samples.slice(at, at + FRAME).buffer)
      send({ type: 'input_audio_buffer.append', audio: frame.toBase64() })
    }
  }
  return {
    object,
    socket,
    events,
    closes,
    send,
    append,
    /** Says the words, then falls silent for as long as ends a turn. */
    say(words: string) {
      append(encodeWords(words))
      append(new Int16Array(RATE))
    },
    named: (type: string) => events.filter((event) => event.type === type),
    async until(type: string, count = 1) {
      await expect
        .poll(() => events.filter((event) => event.type === type).length, { timeout: 15_000 })
        .toBeGreaterThanOrEqual(count)
      return events.filter((event) => event.type === type)[count - 1]!
    },
    /** The words of the reply's audio, or of all audio so far. */
    heard(responseId?: unknown) {
      const deltas = events.filter(
        ({ type, response_id }) =>
          type === 'response.output_audio.delta' &&
          (responseId === undefined || response_id === responseId),
      )
      const bytes = deltas.map(({ delta }) => Uint8Array.fromBase64(String(delta)))
      const samples = bytes.flatMap((piece) => Array.from(new Int16Array(piece.buffer)))
      const words = decodeWords(Int16Array.from(samples), RATE)
      return words.map(({ text }) => text).join(' ')
    },
  }
}
