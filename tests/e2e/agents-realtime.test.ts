/** The Agents SDK, unchanged, against our edge: what it needs of the protocol, and that it gets it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import { type Client, connect, talk } from './agents-client.ts'
import { signIn } from './client.ts'

let directory: string
let stack: Stack
let accessToken: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  stack = await startStack({ directory, port: 0, tlsPort: 0, seedDocs: true })
  accessToken = (await signIn(stack)).accessToken
}, 240_000)
afterAll(async () => {
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

const ALL_WELL = {
  runsTool: true,
  speaksResult: true,
  hearsUser: true,
  started: true,
  stops: true,
  isInterrupted: true,
  rereads: true,
  cancels: false,
  truncates: true,
}

/** Events the SDK needs, and what it does not do without. */
const NEEDED: readonly (readonly [string, Partial<typeof ALL_WELL>])[] = [
  ['response.done', { speaksResult: false }],
  ['response.output_item.done', { runsTool: false, speaksResult: false }],
  ['response.output_audio.delta', { speaksResult: false, truncates: false }],
  ['input_audio_buffer.speech_started', { isInterrupted: false, truncates: false }],
  ['conversation.item.input_audio_transcription.completed', { hearsUser: false }],
  ['session.updated', { cancels: true }],
  ['response.created', { started: false }],
  ['response.output_audio.done', { stops: false }],
  ['conversation.item.truncated', { rereads: false }],
]

/** Events that only applications on the bare protocol look at. */
const BESIDE = [
  'session.created',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.committed',
  'conversation.item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_audio_transcript.delta',
  'response.output_audio_transcript.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'output_audio_buffer.started',
  'output_audio_buffer.cleared',
]

const typesOf = (client: Client) => new Set(client.socket().received.map(({ type }) => type))

test('a turn, a function, an interruption: all of it works, and every event is sent', async () => {
  const client = await connect(stack, accessToken)
  expect(await talk(client)).toEqual(ALL_WELL)
  const sent = typesOf(client)
  const due = [...NEEDED.map(([type]) => type), ...BESIDE, 'conversation.item.added']
  expect(due.filter((type) => !sent.has(type))).toEqual([])
  expect(client.names).not.toContain('error')
  client.session.close()
})

test.each(NEEDED)('without %s it is not the same: %o', async (type, broken) => {
  const client = await connect(stack, accessToken, [type])
  expect(await talk(client)).toMatchObject(broken)
  client.session.close()
})

test('without the others it works all the same', async () => {
  const client = await connect(stack, accessToken, BESIDE)
  expect(await talk(client)).toEqual(ALL_WELL)
  client.session.close()
})

test('what was not heard is not in its history', async () => {
  const client = await connect(stack, accessToken)
  await talk(client)
  const whole = client.heard()
  await expect
    .poll(() => client.session.history.some((item) => JSON.stringify(item).includes('incomplete')))
    .toBe(true)
  const said = client.history().filter(({ role }) => role === 'assistant')
  for (const { text } of said) expect(whole).toContain(text.split(/\s+/).join(' ').trim())
  client.session.close()
})

test('with a voice key it comes back to the conversation, and no item is lost', async () => {
  const response = await fetch(`${stack.url}/v1/realtime/client_secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ session: { type: 'realtime' } }),
  })
  const { value } = await response.json<{ value: string }>()
  const client = await connect(stack, value)
  client.session.sendMessage('call get_weather {"city":"Paris"}')
  await expect.poll(() => client.heard(), { timeout: 15_000 }).toContain('eighteen degrees')
  await expect
    .poll(() => client.socket().received.filter(({ type }) => type === 'response.done').length)
    .toBe(2)
  const before = client.history().map(({ role }) => role)
  client.socket().terminate()
  const again = await connect(stack, value)
  await expect.poll(() => again.history().map(({ role }) => role)).toEqual(before)
  again.session.sendMessage('call get_weather {"city":"Rome"}')
  await expect.poll(() => again.cities, { timeout: 15_000 }).toEqual(['Rome'])
  again.session.close()
})
