/** The engine `relay`, with the Realtime stand-in upstream: turns, tools, interruption, failover. */
import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { encodeWords } from '../../local/openai/codec.ts'
import { dial } from './voice-call.ts'

const PLATFORM = { type: 'mcp', server_label: 'voiceassist' }

/** A session whose replies a speech model makes. */
async function dialRelayed(name: string, settings: object = {}, session: object = {}) {
  const call = await dial(name)
  await runInDurableObject(call.object, (object) => {
    const env = { ...Reflect.get(object, 'env'), VOICE_ENGINE: 'relay', ...settings }
    Reflect.set(object, 'env', env)
  })
  call.send({
    type: 'session.update',
    session: { type: 'realtime', instructions: 'You are a desk.', ...session },
  })
  await call.until('session.updated')
  return call
}
type Call = Awaited<ReturnType<typeof dialRelayed>>

const transcriptOf = (call: Call, count = 1) =>
  String(call.named('response.output_audio_transcript.done')[count - 1]?.['transcript'])

/** The words the caller hears must be those that are written. */
const expectSpoken = (call: Call) => {
  expect(transcriptOf(call)).not.toBe('')
  expect(call.heard()).toBe(transcriptOf(call))
}

test('an utterance is heard and answered upstream; sound and words say the same', async () => {
  const call = await dialRelayed('acme:relay-turn')
  call.say('what does the warranty cover')
  expect(await call.until('response.done')).toMatchObject({ response: { status: 'completed' } })
  expect(call.named('conversation.item.input_audio_transcription.completed')).toMatchObject([
    { transcript: 'what does the warranty cover' },
  ])
  expect(call.named('voiceassist.failover')).toEqual([])
  expectSpoken(call)
  const usage = call.named('response.done')[0]!['response'] as { usage: { input_tokens: number } }
  expect(usage.usage.input_tokens).toBeGreaterThan(10)
})

test('tools of the platform and of the client are asked for upstream and run where they belong', async () => {
  const weather = { type: 'function', name: 'get_weather' }
  const call = await dialRelayed('acme:relay-tools', {}, { tools: [PLATFORM, weather] })
  const say = (text: string) => {
    const content = [{ type: 'input_text', text }]
    call.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content },
    })
    call.send({ type: 'response.create' })
  }
  say('call calculate {"expression":"6 * 7"}')
  expect(await call.until('response.done')).toMatchObject({
    response: { output: [{ type: 'mcp_call', output: '42' }, { type: 'message' }] },
  })
  expect(call.heard()).toContain('42')

  say('call get_weather {"city":"Paris"}')
  const asked = await call.until('response.function_call_arguments.done')
  await call.until('response.done', 2)
  const item = {
    type: 'function_call_output',
    call_id: asked['call_id'],
    output: 'eighteen degrees',
  }
  call.send({ type: 'conversation.item.create', item })
  call.send({ type: 'response.create' })
  await call.until('response.done', 3)
  expect(transcriptOf(call, 2)).toContain('eighteen degrees')
  expect(call.named('voiceassist.failover')).toEqual([])
})

test('speaking over it cuts the reply to the words that were heard', async () => {
  const call = await dialRelayed('acme:relay-barge')
  call.say('what does the warranty cover')
  await call.until('response.done')
  const whole = transcriptOf(call)
  await new Promise((resolve) => setTimeout(resolve, 1200))
  call.append(encodeWords('stop'))
  const cut = await call.until('conversation.item.truncated')
  call.send({ type: 'conversation.item.retrieve', item_id: cut['item_id'] })
  const { item: kept } = (await call.until('conversation.item.retrieved')) as unknown as {
    item: { content: { transcript: string }[] }
  }
  const [part] = kept.content
  expect(whole.startsWith(part!.transcript)).toBe(true)
  expect(part!.transcript.length).toBeLessThan(whole.length)
})

test.each([
  ['refuses the dial', { REALTIME_MODEL: 'va-realtime-1:500' }],
  ['does not know the model', { REALTIME_MODEL: 'nobody' }],
])('an upstream that %s: the cascade goes on, and says so', async (name, settings) => {
  const call = await dialRelayed(`acme:relay-${name.replaceAll(' ', '-')}`, settings)
  call.say('hello there')
  expect(await call.until('voiceassist.failover')).toMatchObject({ to: 'cascade' })
  expect(await call.until('response.done')).toMatchObject({ response: { status: 'completed' } })
  expectSpoken(call)
})

test('an upstream that breaks off fails that reply; the next one is made by a new connection', async () => {
  const call = await dialRelayed('acme:relay-cut', { REALTIME_MODEL: 'va-realtime-1:cut' })
  call.say('what does the warranty cover')
  expect(await call.until('response.done')).toMatchObject({ response: { status: 'failed' } })
  const [spoken] = call.named('response.output_audio_transcript.done')
  expect(String(spoken?.['transcript']).length).toBeGreaterThan(0)
  await runInDurableObject(call.object, (object) => {
    const env = { ...Reflect.get(object, 'env'), REALTIME_MODEL: 'va-realtime-1' }
    Reflect.set(object, 'env', env)
  })
  call.say('and again please')
  expect(await call.until('response.done', 2)).toMatchObject({ response: { status: 'completed' } })
})

test('an answer with proof stays with the cascade', async () => {
  const call = await dialRelayed(
    'acme:relay-proof',
    { REALTIME_MODEL: 'nobody' },
    { instructions: '' },
  )
  call.say('what does the warranty cover')
  expect(await call.until('response.done')).toMatchObject({ response: { status: 'completed' } })
  expect(call.named('voiceassist.failover')).toEqual([])
})

test('when speech is down the reply is written', async () => {
  const call = await dialRelayed('acme:relay-mute', {
    VOICE_ENGINE: 'cascade',
    SPEECH_MODEL: 'nobody',
  })
  call.say('hello there')
  expect(await call.until('voiceassist.failover')).toMatchObject({ to: 'text' })
  expect(await call.until('response.done')).toMatchObject({ response: { status: 'completed' } })
  expect(transcriptOf(call).length).toBeGreaterThan(5)
  expect(call.named('response.output_audio.delta')).toEqual([])
})
