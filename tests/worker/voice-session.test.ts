/** Sessions in their Durable Object, with the stand-ins' models behind them. */
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { encodeWords } from '../../local/openai/codec.ts'
import { LIMITS } from '../../workers/voice/limits.ts'
import { FAREWELL } from '../../workers/voice/reply.ts'
import type { Session } from '../../workers/voice/session.ts'
import { dial } from './voice-call.ts'

const item = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

test('a spoken question is transcribed and answered; the audio says what the transcript says', async () => {
  const call = await dial('acme:spoken')
  expect(await call.until('session.created')).toMatchObject({ event_id: expect.any(String) })
  call.say('what does the warranty cover')
  const done = await call.until('response.done')
  expect(done).toMatchObject({ response: { status: 'completed' } })
  expect(call.named('conversation.item.input_audio_transcription.completed')).toMatchObject([
    { transcript: 'what does the warranty cover' },
  ])
  const { transcript } = call.named('response.output_audio_transcript.done')[0]!
  expect(call.heard()).toBe(transcript)
  expect(String(transcript).length).toBeGreaterThan(10)
})

test('each reply is followed by what its turn took', async () => {
  const call = await dial('acme:times')
  call.say('what does the warranty cover')
  const told = await call.until('voiceassist.turn_metrics')
  const [done] = call.named('response.done')
  expect(call.events.indexOf(told)).toBe(call.events.indexOf(done!) + 1)
  expect(told).toMatchObject({
    response_id: (done as unknown as { response: { id: string } }).response.id,
    vad_ms: 500,
  })
  const parts = ['stt_ms', 'rag_ms', 'tts_ttfb_ms', 'ttfa_ms']
  for (const part of parts) expect(told[part]).toEqual(expect.any(Number))
  expect(told['ttfa_ms']).toBeGreaterThanOrEqual(Number(told['stt_ms']))
})

test('a written question is answered in writing', async () => {
  const call = await dial('acme:written')
  call.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
  call.send(item('what does the warranty cover'))
  call.send({ type: 'response.create' })
  await call.until('response.done')
  expect(call.named('response.output_text.done')).toHaveLength(1)
  expect(call.named('response.output_audio.delta')).toEqual([])
})

test('a client that commits by itself is heard from its first sample', async () => {
  const call = await dial('acme:manual')
  const audio = { input: { turn_detection: null } }
  call.send({ type: 'session.update', session: { type: 'realtime', audio } })
  call.append(encodeWords('hello there'))
  call.send({ type: 'input_audio_buffer.commit' })
  const heard = await call.until('conversation.item.input_audio_transcription.completed')
  expect(heard).toMatchObject({ transcript: 'hello there', usage: { type: 'duration' } })
  expect(call.named('input_audio_buffer.speech_started')).toEqual([])
  expect(call.named('response.created')).toEqual([])
})

test('speaking over buffered audio cuts the reply to the words that were heard', async () => {
  const call = await dial('acme:barge')
  call.say('what does the warranty cover')
  await call.until('response.done')
  const whole = call.heard()
  await new Promise((resolve) => setTimeout(resolve, 1200))
  call.append(encodeWords('stop'))
  const cut = await call.until('conversation.item.truncated')
  expect(call.named('output_audio_buffer.cleared')).toHaveLength(1)
  call.send({ type: 'conversation.item.retrieve', item_id: cut['item_id'] })
  const { item: kept } = (await call.until('conversation.item.retrieved')) as unknown as {
    item: { status: string; content: { transcript: string }[] }
  }
  expect(kept.status).toBe('incomplete')
  const { transcript } = kept.content[0]!
  expect(whole.startsWith(transcript)).toBe(true)
  expect(transcript.length).toBeLessThan(whole.length)
})

test('what a client gets wrong is answered, and the session goes on', async () => {
  const call = await dial('acme:wrong')
  call.socket.send('{')
  call.socket.send(new Uint8Array(10))
  call.send({ type: 'session.dance', event_id: 'mine' })
  call.send({ type: 'input_audio_buffer.append', audio: '***' })
  call.send({ type: 'input_audio_buffer.append', audio: 'AAAA' })
  await call.until('error', 5)
  const codes = call.named('error').map(({ error }) => (error as { code: string }).code)
  expect(codes).toEqual([
    'invalid_json',
    'invalid_frame',
    'invalid_event',
    'invalid_audio',
    'invalid_audio',
  ])
  expect(call.named('error')[2]).toMatchObject({ error: { event_id: 'mine' } })
  call.send({ type: 'input_audio_buffer.clear' })
  await call.until('input_audio_buffer.cleared')
})

test('a minute is all that may wait for a commit', async () => {
  const call = await dial('acme:full')
  const audio = { input: { turn_detection: null } }
  call.send({ type: 'session.update', session: { type: 'realtime', audio } })
  const minute = new Uint8Array(60 * 48_000).toBase64()
  call.send({ type: 'input_audio_buffer.append', audio: minute })
  call.send({ type: 'input_audio_buffer.append', audio: 'AAA=' })
  expect(await call.until('error')).toMatchObject({ error: { code: 'input_audio_buffer_full' } })
})

test('a client that stops sending in the middle of a word has finished speaking', async () => {
  const call = await dial('acme:muted')
  call.append(encodeWords('hello'))
  await call.until('input_audio_buffer.speech_started')
  await call.until('input_audio_buffer.speech_stopped')
  const heard = await call.until('conversation.item.input_audio_transcription.completed')
  expect(heard).toMatchObject({ transcript: 'hello' })
})

test('an evicted object wakes with the conversation, its clock and the open socket', async () => {
  const call = await dial('acme:evicted')
  call.append(new Int16Array(24_000 * 3))
  call.send(item('remember me'))
  const added = await call.until('conversation.item.added')
  await evictDurableObject(call.object)
  const { id } = added['item'] as { id: string }
  call.send({ type: 'conversation.item.retrieve', item_id: id })
  expect(await call.until('conversation.item.retrieved')).toMatchObject({
    item: { content: [{ text: 'remember me' }] },
  })
  call.say('hello')
  const { audio_start_ms: start } = await call.until('input_audio_buffer.speech_started')
  expect(start).toBeGreaterThan(2600)
})

test('the alarm says that playback is over', async () => {
  const call = await dial('acme:alarm')
  call.say('hello')
  const { response } = await call.until('response.done')
  const { id } = response as { id: string }
  expect(await call.until('output_audio_buffer.stopped')).toMatchObject({ response_id: id })
})

test('a session has one socket', async () => {
  const call = await dial('acme:twice')
  const second = await call.object.fetch('https://call/', { headers: { upgrade: 'websocket' } })
  expect(second.status).toBe(409)
})

test('after the last turn the session says goodbye and closes in order', async () => {
  const call = await dial('acme:goodbye')
  call.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
  for (let turn = 1; turn <= Number(env.MAX_TURNS); turn++) {
    call.send(item(`question ${turn}`))
    call.send({ type: 'response.create' })
    await call.until('response.done', turn)
  }
  await expect.poll(() => call.closes).toEqual([{ code: 1000, reason: 'The last turn is over.' }])
  expect(call.named('response.output_text.done').at(-1)).toMatchObject({ text: FAREWELL })
})

test('a caller who leaves ends the session; its transcript stays for a day, and no longer', async () => {
  const call = await dial('acme:left')
  call.send(item('goodbye'))
  await call.until('conversation.item.done')
  call.socket.close(1000)
  const stored = () =>
    runInDurableObject(call.object, (_, { storage }) => storage.kv.get<Session>('session'))
  await expect.poll(stored).toMatchObject({ phase: 'ended' })
  await runDurableObjectAlarm(call.object)
  const session = await stored()
  expect(session).toMatchObject({ phase: 'ended' })

  await runInDurableObject(call.object, (_, { storage }) =>
    storage.kv.put('session', { ...session, activeAt: Date.now() - LIMITS.retainMs }),
  )
  await evictDurableObject(call.object)
  await runDurableObjectAlarm(call.object)
  expect(await stored()).toBeUndefined()
})
