/** What a session leaves in R2 and Postgres, also when they are down for a while. */
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { decodeWords } from '../../local/openai/codec.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { MU_LAW } from '../../workers/voice/g711.ts'
import { findVoiceSession, putVoiceSettings } from '../../workers/voice/history-store.ts'
import { LIMITS } from '../../workers/voice/limits.ts'
import { readManifest, readWav } from '../../workers/voice/recording-client.ts'
import { HEADER_BYTES, soundBytesOf } from '../../workers/voice/recording-file.ts'
import type { Session } from '../../workers/voice/session.ts'
import { dial, PROGRAM, sessionIdOf } from './voice-call.ts'

const ctx = edgeContext(env, {
  tenantId: 'acme',
  actor: PROGRAM,
  requestId: 'r1',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  waitUntil: () => {},
})
const allow = (may: boolean) => putVoiceSettings(ctx, { may_record: may, recording_days: 7 })
const kept = (name: string) => findVoiceSession(ctx, 'all', sessionIdOf(name))
const POLL = { timeout: 20_000 }

const agree = (call: Awaited<ReturnType<typeof dial>>, granted = true) =>
  call.send({ type: 'voiceassist.recording.consent', granted })

/** What each side says in the recording. */
async function wordsOf(name: string) {
  const manifest = (await readManifest(ctx, sessionIdOf(name)))!
  const last = HEADER_BYTES + soundBytesOf(manifest) - 1
  const body = new Response(readWav(ctx, manifest, { first: HEADER_BYTES, last }))
  const bytes = new Uint8Array(await body.arrayBuffer())
  return [0, 1].map((channel) => {
    const one = bytes.filter((_, at) => at % 2 === channel)
    return decodeWords(MU_LAW.decode(one), 8000)
      .map(({ text }) => text)
      .join(' ')
  })
}

test('without the tenant’s permission nothing is recorded, whoever agrees', async () => {
  await allow(false)
  const call = await dial('acme:forbidden', 'voiceassist', PROGRAM)
  agree(call)
  expect(await call.until('voiceassist.recording')).toMatchObject({
    is_recording: false,
    reason: 'not_allowed',
  })
  call.say('hello')
  await call.until('response.done')
  call.socket.close(1000)
  await expect
    .poll(() => kept('acme:forbidden').then((it) => it?.session.endedAt), POLL)
    .toBeTruthy()
  expect(await readManifest(ctx, sessionIdOf('acme:forbidden'))).toBeUndefined()
})

test('from consent to its withdrawal both sides are recorded, and the transcript is kept', async () => {
  await allow(true)
  const call = await dial('acme:recorded', 'voiceassist', PROGRAM)
  call.say('unheard of')
  await call.until('response.done')
  await call.until('output_audio_buffer.stopped')
  agree(call)
  expect(await call.until('voiceassist.recording')).toMatchObject({ is_recording: true })
  call.say('what does the warranty cover')
  await call.until('response.done', 2)
  const reply = call.heard(idOf(call, 1))
  await call.until('output_audio_buffer.stopped', 2)
  agree(call, false)
  expect(await call.until('voiceassist.recording', 2)).toMatchObject({ reason: 'withdrawn' })
  call.say('not this')
  await call.until('response.done', 3)
  call.socket.close(1000)

  await expect.poll(() => readManifest(ctx, sessionIdOf('acme:recorded')), POLL).toBeTruthy()
  const [caller, assistant] = await wordsOf('acme:recorded')
  expect(caller).toBe('what does the warranty cover')
  expect(assistant).toBe(reply)

  await expect
    .poll(() => kept('acme:recorded').then((it) => it?.session.endedAt), POLL)
    .toBeTruthy()
  const { session, items } = (await kept('acme:recorded'))!
  expect(session).toMatchObject({ keyId: 'program', turns: 3, endReason: null })
  expect(session.recordedUntil!.getTime() - session.endedAt!.getTime()).toBe(7 * 86_400_000)
  const said = items.filter(({ role }) => role === 'user').map(({ text }) => text)
  expect([...new Set(said)]).toEqual(['unheard of', 'what does the warranty cover', 'not this'])
  const spoken = items.filter(({ role }) => role === 'assistant')
  expect(spoken.every(({ heardUntilMs }) => heardUntilMs !== null)).toBe(true)
})

const idOf = (call: Awaited<ReturnType<typeof dial>>, index: number) =>
  (call.named('response.done')[index] as unknown as { response: { id: string } }).response.id

test('while R2 and Postgres are down the session goes on, and they catch up', async () => {
  await allow(true)
  const call = await dial('acme:down', 'voiceassist', PROGRAM)
  agree(call)
  await call.until('voiceassist.recording')
  await runInDurableObject(call.object, (instance) => {
    const put = () => Promise.reject(new Error('R2 is down'))
    const DATABASE_URL = env.DATABASE_URL.replace('app_user', 'nobody')
    Reflect.set(instance, 'env', { ...env, DATABASE_URL, FILES: { put } })
  })
  // The models need the database too: what was said is not understood, and yet recorded.
  call.say('what does the warranty cover')
  await call.until('response.done')
  const content = [{ type: 'input_text', text: 'remember me' }]
  call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  await call.until('conversation.item.done', 2)
  call.socket.close(1000)
  const phase = () =>
    runInDurableObject(call.object, (_, { storage }) => storage.kv.get<Session>('session')?.phase)
  await expect.poll(phase, POLL).toBe('ended')
  const waiting = () =>
    runInDurableObject(call.object, (_, { storage }) =>
      [...storage.kv.list()].map(([key]) => key).filter((key) => /^(line|segment):/.test(key)),
    )
  expect((await waiting()).length).toBeGreaterThan(1)

  // A new object has the bindings that work.
  await evictDurableObject(call.object)
  await expect
    .poll(async () => {
      await runDurableObjectAlarm(call.object)
      return waiting()
    }, POLL)
    .toEqual([])
  expect((await wordsOf('acme:down'))[0]).toBe('what does the warranty cover')
  const { session, items } = (await kept('acme:down'))!
  expect(session.endedAt).not.toBeNull()
  expect(items.map(({ text }) => text)).toEqual(['', 'remember me'])
})

test('the recording outlives the conversation in the object, and then goes', async () => {
  await allow(true)
  const call = await dial('acme:retained', 'voiceassist', PROGRAM)
  agree(call)
  await call.until('voiceassist.recording')
  call.say('hello')
  await call.until('response.done')
  call.socket.close(1000)
  const manifest = () => readManifest(ctx, sessionIdOf('acme:retained'))
  await expect.poll(async () => (await manifest())?.segments.length, POLL).toBe(1)

  const age = (ms: number) =>
    runInDurableObject(call.object, (_, { storage }) => {
      const session = storage.kv.get<Session>('session')
      if (session) storage.kv.put('session', { ...session, activeAt: session.activeAt - ms })
      const recording = storage.kv.get<{ expiresAt: number }>('recording')!
      storage.kv.put('recording', { ...recording, expiresAt: recording.expiresAt - ms })
    })
  await age(LIMITS.retainMs + 1000)
  await evictDurableObject(call.object)
  await runDurableObjectAlarm(call.object)
  const keys = () =>
    runInDurableObject(call.object, (_, { storage }) => [...storage.kv.list()].map(([key]) => key))
  expect(await keys()).not.toContain('session')
  expect(await manifest()).toBeTruthy()

  await age(7 * 86_400_000)
  await evictDurableObject(call.object)
  await runDurableObjectAlarm(call.object)
  expect(await manifest()).toBeUndefined()
  expect(await keys()).toEqual([])
})
