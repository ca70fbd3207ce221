/** OpenAI's own Realtime client against a running stack, speaking and hearing the word codec. */
import { once } from 'node:events'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { expect } from 'vitest'
import { decodeWords, encodeWords } from '../../local/openai/codec.ts'
import type { Stack } from '../../local/supervisor/stack.ts'

const RATE = 24_000
/** 40 ms, as a browser sends them. */
const FRAME = 960

type EventOf<Type extends RealtimeServerEvent['type']> = Extract<
  RealtimeServerEvent,
  { type: Type }
>

/** Ours are not in the client's union, which hands unknown types through all the same. */
export interface CitationEvent {
  type: 'voiceassist.citation'
  item_id: string
  citation: { number: number; title: string; quote: string }
}

const isCitation = (event: { type: string }): event is CitationEvent =>
  event.type === 'voiceassist.citation'

export async function dial(
  { tlsUrl, certificate }: Stack,
  accessToken: string,
  headers: Record<string, string> = {},
) {
  const client = new OpenAI({ apiKey: accessToken, baseURL: `${tlsUrl}/v1` })
  const realtime = new OpenAIRealtimeWS(
    { model: 'voiceassist', options: { ca: certificate, headers } },
    client,
  )
  const events: (RealtimeServerEvent | CitationEvent)[] = []
  realtime.on('event', (event) => events.push(event))
  realtime.on('error', () => undefined)
  await once(realtime.socket, 'open')

  function isOf<Type extends RealtimeServerEvent['type']>(type: Type) {
    return (event: RealtimeServerEvent | CitationEvent): event is EventOf<Type> =>
      event.type === type
  }
  const named = <Type extends RealtimeServerEvent['type']>(type: Type): EventOf<Type>[] =>
    events.filter(isOf(type))

  function append(samples: Int16Array) {
    for (let at = 0; at < samples.length; at += FRAME) {
      const audio = Buffer.from(samples.slice(at, at + FRAME).buffer).toString('base64')
      realtime.send({ type: 'input_audio_buffer.append', audio })
    }
  }

  return {
    realtime,
    events,
    named,
    append,
    /** Says the words and falls silent for as long as ends a turn. */
    say(words: string) {
      append(encodeWords(words))
      append(new Int16Array(RATE))
    },
    async until<Type extends RealtimeServerEvent['type']>(type: Type, count = 1) {
      await expect.poll(() => named(type).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count)
      return named(type)[count - 1]!
    },
    citations: () => events.filter(isCitation),
    /** The words of all audio so far. */
    heard() {
      const pieces = named('response.output_audio.delta').map(({ delta }) =>
        Buffer.from(delta, 'base64'),
      )
      const bytes = new Uint8Array(Buffer.concat(pieces))
      return decodeWords(new Int16Array(bytes.buffer), RATE)
        .map(({ text }) => text)
        .join(' ')
    },
  }
}
