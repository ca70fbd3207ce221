import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { expect, expectTypeOf, test } from 'vitest'
import { type ClientEvent, parseClientEvent } from '../../../workers/voice/protocol.ts'
import type { ServerEvent } from '../../../workers/voice/wire.ts'
import { createPlayer } from './play.ts'

const parse = (event: unknown) => parseClientEvent(JSON.stringify(event))
const codeOf = (parsed: ReturnType<typeof parse>) => (parsed.ok ? 'ok' : parsed.error)

test('every event we send is one the official client knows, but for our own', () => {
  type Ours = Exclude<ServerEvent, { type: `voiceassist.${string}` }>
  type Sent = Ours extends infer Event ? Event & { event_id: string } : never
  expectTypeOf<Sent>().toExtend<RealtimeServerEvent>()
  type Theirs = Exclude<ClientEvent['type'], `voiceassist.${string}`>
  expectTypeOf<Theirs>().toEqualTypeOf<RealtimeClientEvent['type']>()
})

test('the session shows every default', () => {
  const player = createPlayer()
  const [created] = player.happen({ type: 'opened' })
  expect(created).toMatchObject({
    event: {
      type: 'session.created',
      session: {
        type: 'realtime',
        object: 'realtime.session',
        model: 'voiceassist',
        output_modalities: ['audio'],
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: { model: 'heard' },
            turn_detection: {
              type: 'server_vad',
              threshold: 0.5,
              prefix_padding_ms: 300,
              silence_duration_ms: 500,
              idle_timeout_ms: null,
              create_response: true,
              interrupt_response: true,
            },
          },
          output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy', speed: 1 },
        },
      },
    },
  })
})

test('an update fills what it leaves out', () => {
  const player = createPlayer()
  const audio = { input: { turn_detection: { type: 'semantic_vad' } }, output: { speed: 1.2 } }
  expect(
    player.send({ type: 'session.update', session: { type: 'realtime', audio } }),
  ).toMatchObject([
    {
      type: 'session.updated',
      session: {
        audio: {
          input: { turn_detection: { eagerness: 'auto', interrupt_response: true } },
          output: { voice: 'alloy', speed: 1.2 },
        },
      },
    },
  ])
})

test('what the agents SDK sends is taken', () => {
  const config = {
    type: 'realtime',
    instructions: 'Be kind.',
    model: 'gpt-realtime',
    output_modalities: ['audio'],
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        noise_reduction: null,
        transcription: { model: 'gpt-4o-mini-transcribe' },
        turn_detection: { type: 'semantic_vad' },
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 },
    },
    tool_choice: 'auto',
    tools: [],
  }
  expect(parse({ type: 'session.update', session: { type: 'realtime', tracing: 'auto' } }).ok).toBe(
    true,
  )
  expect(parse({ type: 'session.update', session: config }).ok).toBe(true)
})

const item = (fields: object) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }], ...fields },
})
const audioInput = (input: object) => ({
  type: 'session.update',
  session: { type: 'realtime', audio: { input } },
})

test.each([
  ['not JSON', '{', 'invalid_json', null],
  ['no object', '[]', 'invalid_json', null],
  ['no type', '{}', 'invalid_event', 'type'],
  ['an unknown type', '{"type":"session.dance"}', 'invalid_event', 'type'],
])('%s is refused', (_, frame, code, param) => {
  expect(parseClientEvent(frame)).toMatchObject({ ok: false, error: { code, param } })
})

test.each([
  [
    'an unknown field',
    { type: 'session.update', session: { type: 'realtime', voise: 'x' } },
    'unknown_parameter',
    'session',
  ],
  [
    'a format nobody speaks here',
    audioInput({ format: { type: 'audio/opus' } }),
    'invalid_value',
    'session.audio.input.format.type',
  ],
  [
    'another rate',
    audioInput({ format: { type: 'audio/pcm', rate: 16_000 } }),
    'invalid_value',
    'session.audio.input.format.rate',
  ],
  [
    'a threshold above 1',
    audioInput({ turn_detection: { type: 'server_vad', threshold: 2 } }),
    'invalid_value',
    'session.audio.input.turn_detection.threshold',
  ],
  [
    'a tool that the client does not run',
    { type: 'session.update', session: { type: 'realtime', tools: [{ type: 'web_search' }] } },
    'invalid_value',
    'session.tools.0.type',
  ],
  [
    'an endless result',
    {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'x', output: 'x'.repeat(16_001) },
    },
    'invalid_value',
    'item.output',
  ],
  [
    'an item of sound',
    item({ content: [{ type: 'input_audio', audio: '' }] }),
    'invalid_value',
    'item.content.0.type',
  ],
  [
    'an endless text',
    item({ content: [{ type: 'input_text', text: 'x'.repeat(4001) }] }),
    'invalid_value',
    'item.content.0.text',
  ],
  [
    'audio that is no text',
    { type: 'input_audio_buffer.append', audio: 7 },
    'invalid_value',
    'audio',
  ],
])('%s is refused by name, echoing the event id', (_, event, code, param) => {
  const parsed = parse({ event_id: 'mine', ...event })
  expect(codeOf(parsed)).toMatchObject({
    type: 'invalid_request_error',
    code,
    param,
    event_id: 'mine',
  })
})

test('items are created, placed, read and removed; mistakes are answered and nothing is lost', () => {
  const player = createPlayer()
  const text = (name: string) => [{ type: 'input_text', text: name }]
  player.send(item({ id: 'one', content: text('1') }))
  player.send({ ...item({ id: 'two', content: text('2') }), previous_item_id: 'root' })
  player.send({ ...item({ id: 'three', content: text('3') }), previous_item_id: 'two' })
  expect(player.session.items.map(({ id }) => id)).toEqual(['two', 'three', 'one'])
  const refused = [
    player.send(item({ id: 'one' })),
    player.send({ ...item({}), previous_item_id: 'nowhere' }),
    player.send({ type: 'conversation.item.retrieve', item_id: 'nowhere' }),
    player.send({ type: 'conversation.item.delete', item_id: 'nowhere' }),
    player.send({
      type: 'conversation.item.truncate',
      item_id: 'one',
      content_index: 0,
      audio_end_ms: 1,
    }),
    player.send({ type: 'response.cancel' }),
  ]
  expect(refused.map(([event]) => event?.type)).toEqual(refused.map(() => 'error'))
  expect(player.send({ type: 'conversation.item.delete', item_id: 'three' })).toEqual([
    { type: 'conversation.item.deleted', item_id: 'three' },
  ])
  expect(player.session.items.map(({ id }) => id)).toEqual(['two', 'one'])
})

test('one reply at a time, and none to nothing', () => {
  const player = createPlayer()
  expect(player.send({ type: 'response.create' })).toMatchObject([
    { error: { code: 'nothing_asked' } },
  ])
  player.send(item({}))
  player.send({ type: 'response.create' })
  expect(player.send({ event_id: 'again', type: 'response.create' })).toMatchObject([
    { error: { code: 'conversation_already_has_active_response', event_id: 'again' } },
  ])
  expect(player.send({ type: 'response.cancel' })).toMatchObject([
    { response: { status: 'cancelled', status_details: { reason: 'client_cancelled' } } },
  ])
})
