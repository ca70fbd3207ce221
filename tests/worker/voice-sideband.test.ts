/** Supervisors on a session in its Durable Object. */
import { env, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { decodeWords, encodeWords } from '../../local/openai/codec.ts'
import type { Session } from '../../workers/voice/session.ts'
import { dial, follow } from './voice-call.ts'

type Call = Awaited<ReturnType<typeof dial>>
const permissions = new Set(['voice.start', 'voice.supervise'])
const supervisor = (userId: string) =>
  ({
    tenantId: 'acme',
    actor: { type: 'user', userId, sessionId: 's9', permissions } as const,
    requestId: 'r9',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  }) as const

async function watch({ object }: Call, userId = 'grace') {
  const ticket = await object.watch(supervisor(userId))
  const headers = { upgrade: 'websocket', 'x-voice-ticket': ticket! }
  const { webSocket } = await object.fetch('https://call/', { headers })
  return follow(object, webSocket!)
}

const FRAME = 960
function speak(sideband: Awaited<ReturnType<typeof watch>>, words: string) {
  const samples = encodeWords(words)
  for (let at = 0; at < samples.length; at += FRAME) {
    const audio = new Uint8Array(samples.slice(at, at + FRAME).buffer).toBase64()
    sideband.send({ type: 'input_audio_buffer.append', audio })
  }
}

test('a monitor receives what the caller is told, without sound unless it asks for it', async () => {
  const call = await dial('acme:watched')
  call.say('first question')
  await call.until('response.done')
  const sideband = await watch(call)
  expect(await sideband.until('session.created')).toMatchObject({ session: { type: 'realtime' } })
  expect(sideband.named('conversation.item.done').length).toBe(2)
  call.say('second question')
  await sideband.until('response.done')
  expect(sideband.named('response.output_audio.delta')).toEqual([])
  const own = call.named('conversation.item.input_audio_transcription.completed').at(-1)
  expect(
    await sideband.until('conversation.item.input_audio_transcription.completed'),
  ).toMatchObject({ transcript: own!['transcript'] })

  sideband.send({ type: 'voiceassist.monitor.update', audio: true })
  await sideband.until('voiceassist.monitor')
  call.say('third question')
  const done = await sideband.until('response.done', 2)
  const { id } = done['response'] as { id: string }
  expect(sideband.heard(id)).toBe(call.heard(id))
  const said = sideband
    .named('voiceassist.input_audio.delta')
    .map(({ delta }) => new Int16Array(Uint8Array.fromBase64(String(delta)).buffer))
    .flatMap((samples) => Array.from(samples))
  expect(decodeWords(Int16Array.from(said), 24_000).map(({ text }) => text)).toEqual([
    'third',
    'question',
  ])
})

test('a caller’s own socket is none the wiser, and leaving a sideband ends nothing', async () => {
  const call = await dial('acme:unaware')
  const sideband = await watch(call)
  const content = [{ type: 'input_text', text: 'Mention the blue manual.' }]
  const item = { type: 'message', role: 'system', content }
  sideband.send({ type: 'conversation.item.create', item })
  expect(await sideband.until('voiceassist.whispered')).toMatchObject({ supervisor: 'grace' })
  sideband.socket.close(1000)
  call.say('hello')
  await call.until('response.done')
  expect(JSON.stringify(call.events)).not.toContain('blue manual')
  const session = await runInDurableObject(call.object, (_, { storage }) =>
    storage.kv.get<Session>('session'),
  )
  expect(session).toMatchObject({ phase: 'open', whispers: ['Mention the blue manual.'] })
})

test('a supervisor speaks to the caller in the assistant’s place, and gives it back', async () => {
  const call = await dial('acme:taken')
  const sideband = await watch(call)
  speak(sideband, 'too early')
  expect(await sideband.until('error')).toMatchObject({ error: { code: 'not_taken_over' } })
  sideband.send({ type: 'voiceassist.takeover.start' })
  expect(await sideband.until('voiceassist.takeover')).toMatchObject({ supervisor: 'grace' })
  const other = await watch(call, 'hopper')
  other.send({ type: 'voiceassist.takeover.start' })
  expect(await other.until('error')).toMatchObject({ error: { code: 'takeover_refused' } })

  speak(sideband, 'this is a person')
  const done = await call.until('response.done')
  const { id } = done['response'] as { id: string }
  expect(call.heard(id)).toBe('this is a person')
  call.say('thank you')
  await call.until('conversation.item.input_audio_transcription.completed')
  expect(call.named('response.created')).toHaveLength(1)

  sideband.socket.close(1000)
  expect(await other.until('voiceassist.takeover')).toMatchObject({ supervisor: null })
  call.say('hello')
  await call.until('response.done', 2)
})

test('a takeover survives the eviction of the object, a lost supervisor does not', async () => {
  const call = await dial('acme:evictedsideband')
  const sideband = await watch(call)
  sideband.send({ type: 'voiceassist.takeover.start' })
  await sideband.until('voiceassist.takeover')
  await evictDurableObject(call.object)
  speak(sideband, 'still here')
  const done = await call.until('response.done')
  expect(call.heard((done['response'] as { id: string }).id)).toBe('still here')
})

test('what a supervisor gets wrong is answered by name, and the session goes on', async () => {
  const call = await dial('acme:sidebandwrong')
  const sideband = await watch(call)
  sideband.socket.send('{')
  sideband.send({ type: 'session.update', event_id: 'mine', session: { type: 'realtime' } })
  const content = [{ type: 'input_text', text: 'x' }]
  const item = { type: 'message', role: 'user', content }
  sideband.send({ type: 'conversation.item.create', item })
  await sideband.until('error', 3)
  const errors = sideband.named('error').map(({ error }) => error)
  expect(errors).toMatchObject([
    { code: 'invalid_json' },
    { code: 'invalid_event', event_id: 'mine' },
    { code: 'invalid_value', param: 'item.role' },
  ])
  expect(call.named('error')).toEqual([])
})

test('hanging up closes the caller and those who follow, once', async () => {
  const call = await dial('acme:hungup')
  const sideband = await watch(call)
  expect(await call.object.hangUp()).toBe(true)
  const closed = { code: 1000, reason: 'The call was ended by a supervisor.' }
  await expect.poll(() => call.closes).toEqual([closed])
  await expect.poll(() => sideband.closes.length).toBe(1)
  expect(await call.object.hangUp()).toBe(false)
  expect(await call.object.watch(supervisor('grace'))).toBeNull()
})

test('at most five follow a session, and there is nothing to follow where there is none', async () => {
  const call = await dial('acme:crowd')
  for (let count = 0; count < 5; count++) await watch(call)
  expect(await call.object.watch(supervisor('grace'))).toBeNull()
  const nobody = env.VOICE_SESSIONS.getByName('acme:nothing')
  expect(await nobody.watch(supervisor('grace'))).toBeNull()
  expect(await nobody.hangUp()).toBe(false)
})
