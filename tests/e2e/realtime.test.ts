/** A conversation through OpenAI's own client, over TLS, with the guides as knowledge base. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { encodeWords } from '../../local/openai/codec.ts'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import { signIn } from './client.ts'
import { dial } from './realtime-client.ts'

const QUESTION = 'how do I roll back a deployment'

let directory: string
let stack: Stack
let accessToken: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  stack = await startStack({ directory, port: 0, tlsPort: 0, seedDocs: true })
  const client = await signIn(stack)
  accessToken = client.accessToken
}, 240_000)
afterAll(async () => {
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

test('one utterance is transcribed, answered from the guides in speech, and cited', async () => {
  const call = await dial(stack, accessToken)
  await call.until('session.created')
  call.say(QUESTION)
  const { response } = await call.until('response.done')
  expect(response.status).toBe('completed')
  const [asked] = call.named('conversation.item.input_audio_transcription.completed')
  expect(asked?.transcript).toBe(QUESTION)
  const [answer] = call.named('response.output_audio_transcript.done')
  expect(answer?.transcript).toMatch(/deploy/i)
  expect(answer?.transcript).not.toMatch(/\[\d+\]/)
  expect(call.heard()).toBe(answer?.transcript.split(/\s+/).join(' '))
  expect(call.citations()).not.toHaveLength(0)
  expect(call.citations()[0]).toMatchObject({
    item_id: answer?.item_id,
    citation: { number: 1, title: expect.any(String), quote: expect.any(String) },
  })
  expect(response.usage?.total_tokens).toBeGreaterThan(0)
  call.realtime.close()
})

test('speaking over the reply stops it; what was not heard leaves the conversation', async () => {
  const call = await dial(stack, accessToken)
  await call.until('session.created')
  call.say(QUESTION)
  await call.until('response.done')
  call.append(encodeWords('stop'))
  const { item_id: itemId, audio_end_ms: heardMs } = await call.until('conversation.item.truncated')
  const whole = call.named('response.output_audio_transcript.done')[0]?.transcript ?? ''
  call.realtime.send({ type: 'conversation.item.retrieve', item_id: itemId })
  const { item } = await call.until('conversation.item.retrieved')
  const kept = JSON.stringify(item)
  expect(heardMs).toBeLessThan(60_000)
  expect(kept).toContain('"incomplete"')
  expect(kept).not.toContain(whole.slice(-40))
  call.realtime.close()
})

test('a written question gets a written, cited answer', async () => {
  const call = await dial(stack, accessToken)
  call.realtime.send({
    type: 'session.update',
    session: { type: 'realtime', output_modalities: ['text'] },
  })
  const content = [{ type: 'input_text' as const, text: `${QUESTION}?` }]
  call.realtime.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content },
  })
  call.realtime.send({ type: 'response.create' })
  const { text } = await call.until('response.output_text.done')
  expect(text).toContain('[1]')
  expect(call.citations()).not.toHaveLength(0)
  await call.until('response.done')
  expect(call.named('response.output_audio.delta')).toEqual([])
  call.realtime.close()
})

test('while the models are down a turn fails by name, and the next one is answered', async () => {
  const call = await dial(stack, accessToken)
  await call.until('session.created')
  stack.openAi?.setUp(false)
  call.say(QUESTION)
  await call.until('conversation.item.input_audio_transcription.failed')
  const { response } = await call.until('response.done')
  expect(response.status).toBe('failed')
  stack.openAi?.setUp(true)
  call.say(QUESTION)
  expect((await call.until('response.done', 2)).response.status).toBe('completed')
  call.realtime.close()
})

test('a browser’s credential travels as a subprotocol; only realtime is echoed', async () => {
  const url = `${stack.url.replace('http', 'ws')}/v1/realtime?model=voiceassist`
  const offered = ['realtime', `openai-insecure-api-key.${accessToken}`]
  const socket = new WebSocket(url, offered)
  const requestId = new Promise((resolve) => {
    socket.on('upgrade', ({ headers }) => resolve(headers['x-request-id']))
  })
  const first = await new Promise<string>((resolve, reject) => {
    socket.on('message', (data: Buffer) => resolve(data.toString()))
    socket.on('error', reject)
  })
  expect(JSON.parse(first)).toMatchObject({ type: 'session.created' })
  expect(socket.protocol).toBe('realtime')
  expect(await requestId).toEqual(expect.any(String))
  socket.close()
})

test('a wrong credential does not open a session', async () => {
  const url = `${stack.url.replace('http', 'ws')}/v1/realtime?model=voiceassist`
  const socket = new WebSocket(url, { headers: { authorization: 'Bearer nonsense' } })
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode))
    socket.on('error', () => undefined)
  })
  expect(status).toBe(401)
  socket.terminate()
})
