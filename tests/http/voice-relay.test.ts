/** The relay's connection: what is said on it, when it is replaced, and that nothing is lost by that. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { edgeContext } from '../../workers/edge-context.ts'
import { withBill } from '../../workers/usage/service.ts'
import { PCM } from '../../workers/voice/audio-format.ts'
import { createRelay } from '../../workers/voice/relay-service.ts'
import type { SlowEffect } from '../../workers/voice/session.ts'
import type { UpstreamEvent } from '../../workers/voice/upstream.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterAll(() => app.close())

/** Workers have these, Node not yet. */
const missing = !('fromBase64' in Uint8Array)
beforeAll(() => {
  if (!missing) return
  Object.assign(Uint8Array, { fromBase64: (text: string) => Buffer.from(text, 'base64') })
  Object.assign(Uint8Array.prototype, {
    toBase64(this: Uint8Array) {
      return Buffer.from(this).toString('base64')
    },
  })
})
afterAll(() => {
  if (!missing) return
  Reflect.deleteProperty(Uint8Array, 'fromBase64')
  Reflect.deleteProperty(Uint8Array.prototype, 'toBase64')
})
afterEach(() => void vi.useRealTimers())

let minutes = 0
const context = () => {
  const ctx = edgeContext(app.env, {
    tenantId: 'acme',
    actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
    requestId: 'r',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    waitUntil: (work) => app.execution.waitUntil(work),
  })
  const now = () => new Date(Date.now() + minutes * 60_000)
  return { ...withBill(ctx, 'call'), now }
}

/** Upstreams that answer at once with what `answers` makes of an event. */
function upstreams(answers: (event: Sent) => UpstreamEvent[]) {
  const lines: Sent[][] = []
  const open = async (ctx: { now: () => Date }) => {
    const [sent, events] = [[] as Sent[], [] as UpstreamEvent[]]
    lines.push(sent)
    let isOpen = true
    return {
      openedAt: ctx.now().getTime(),
      isOpen: () => isOpen,
      send(event: object) {
        sent.push(event as Sent)
        events.push(...answers(event as Sent))
      },
      async *listen() {
        for (;;) {
          const event = events.shift()
          if (!event) throw new Error('the upstream closed')
          yield event
        }
      },
      close: () => void (isOpen = false),
    }
  }
  return { lines, open }
}

interface Sent {
  type: string
  response?: { input: object[]; metadata: Record<string, string> }
}

let items = 0
const normal = ({ type, response }: Sent): UpstreamEvent[] => {
  if (type === 'input_audio_buffer.commit') {
    const item_id = `up_${++items}`
    const done = 'conversation.item.input_audio_transcription.completed'
    return [
      { type: 'input_audio_buffer.committed', item_id },
      { type: done, item_id, transcript: 'hello there' },
    ]
  }
  if (!response) return []
  const { metadata } = response
  return [
    { type: 'response.created', response: { id: 'r1', metadata } },
    { type: 'response.output_audio_transcript.delta', response_id: 'other', delta: 'no' },
    { type: 'response.output_audio_transcript.delta', response_id: 'r1', delta: 'Hi.' },
    { type: 'response.output_audio.delta', response_id: 'r1', delta: 'AAAAAA==' },
    { type: 'response.done', response: { id: 'r1', status: 'completed', metadata, output: [] } },
  ]
}

const heard = (itemId: string): SlowEffect => ({
  type: 'transcribe',
  itemId,
  fromMs: 0,
  toMs: 100,
  vadMs: null,
  hints: {},
  isConversation: true,
  pause: null,
})
const asked = (itemId: string): SlowEffect => ({
  type: 'answer',
  turn: 7,
  question: 'hello there',
  history: [{ role: 'assistant', content: 'Welcome.' }],
  exchanges: [],
  itemId,
  searches: false,
  instructions: 'Be brief.',
  tools: [],
  platformTools: [],
  toolChoice: 'auto',
  modality: 'audio',
  voice: 'alloy',
  speed: 1,
  format: PCM,
})

const run = (relay: ReturnType<typeof createRelay>, effect: SlowEffect) =>
  Array.fromAsync(
    relay.perform(context(), effect, new Int16Array(2400), new AbortController().signal),
  )

test('the utterance is referred to as it was heard; the rest of the conversation is told', async () => {
  const { lines, open } = upstreams(normal)
  const relay = createRelay(open)
  expect(await run(relay, heard('i1'))).toMatchObject([
    { type: 'transcribed', text: 'hello there' },
  ])
  expect(await run(relay, asked('i1'))).toMatchObject([
    { type: 'relayed', text: 'Hi.', ms: 0 },
    { type: 'relayed', base64: 'AAAAAA==', text: '' },
    { type: 'measured' },
    { type: 'answer_ended', turn: 7, calls: [] },
  ])
  expect(lines).toHaveLength(1)
  expect(lines[0]?.map(({ type }) => type)).toEqual([
    'session.update',
    'input_audio_buffer.append',
    'input_audio_buffer.commit',
    'response.create',
  ])
  expect(lines[0]?.at(-1)?.response?.input).toMatchObject([
    { type: 'message', role: 'assistant', content: [{ text: 'Welcome.' }] },
    { type: 'item_reference', id: `up_${items}` },
  ])
  relay.close()
})

test('before its hour is over a connection is replaced, and what it had heard is told in words', async () => {
  const { lines, open } = upstreams(normal)
  const relay = createRelay(open)
  await run(relay, heard('i1'))
  minutes = 54
  await run(relay, asked('i1'))
  expect(lines).toHaveLength(1)
  minutes = 55
  await run(relay, asked('i1'))
  minutes = 0
  expect(lines).toHaveLength(2)
  expect(lines[1]?.at(-1)?.response?.input.at(-1)).toMatchObject({
    type: 'message',
    role: 'user',
    content: [{ text: 'hello there' }],
  })
  relay.close()
})

test('without a turn for a while the connection is given up, so that the object may sleep', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  const { lines, open } = upstreams(normal)
  const relay = createRelay(open)
  await run(relay, heard('i1'))
  await vi.advanceTimersByTimeAsync(20_000)
  await run(relay, heard('i2'))
  expect(lines).toHaveLength(2)
  relay.close()
})

test.each([
  ['fails', { type: 'response.done', response: { id: 'r1', status: 'failed' } }],
  ['closes', undefined],
])('a reply that %s upstream throws, after what was said', async (_name, last) => {
  const { open } = upstreams((event) => [...normal(event).slice(0, -1), ...(last ? [last] : [])])
  const relay = createRelay(open)
  const outcomes: unknown[] = []
  const reply = relay.perform(context(), asked('x'), new Int16Array(), new AbortController().signal)
  await expect(async () => {
    for await (const outcome of reply) outcomes.push(outcome)
  }).rejects.toThrow(/upstream/)
  expect(outcomes).toHaveLength(2)
  relay.close()
})
