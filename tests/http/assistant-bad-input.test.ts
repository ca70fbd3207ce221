/** What nobody should send, and what a provider should not answer: each is refused, or survived. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { MESSAGES, post, say, startAssistant, type TestAssistant } from './assistant-harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
})
afterEach(() => app.settle())
afterAll(() => app.close())

async function send(body: string | Uint8Array<ArrayBuffer>) {
  const headers = {
    authorization: `Bearer ${await app.token()}`,
    'content-type': 'application/json',
    'content-length': String(body.length),
  }
  const answer = await app.request(MESSAGES, { method: 'POST', headers, body })
  return { ...Object(await answer.json()), status: answer.status }
}

/** Requests to the chat model while `work` ran, as they were sent. */
async function asked<Result>(work: () => Promise<Result>) {
  const spy = vi.spyOn(globalThis, 'fetch')
  const result = await work()
  const bodies = spy.mock.calls.flatMap(([, init]) =>
    typeof init?.body === 'string' && init.body.includes('max_completion_tokens')
      ? [Object(JSON.parse(init.body))]
      : [],
  )
  spy.mockRestore()
  return { result, bodies }
}

test('a body of more than 1 MiB is too large, one below it is refused by the field', async () => {
  const of = (characters: number) => JSON.stringify({ message: 'x'.repeat(characters) })
  expect(await send(of(1024 * 1024))).toMatchObject({ status: 413, code: 'payload_too_large' })
  expect(await send(of(1_000_000))).toMatchObject({
    status: 422,
    errors: [{ pointer: '/message' }],
  })
})

test('bytes that are no UTF-8 are refused, and replacement characters of UTF-8 are not', async () => {
  const bytes = new TextEncoder().encode('{"message":"caf?"}')
  bytes[bytes.indexOf(0x3f)] = 0xe9
  expect(await send(new Uint8Array(bytes))).toMatchObject({
    status: 400,
    code: 'invalid_request',
    errors: [{ in: 'json', detail: 'must be UTF-8' }],
  })
  expect(await send('{"message":"caf\uFFFD"}')).toMatchObject({ status: 200, success: true })
  expect(await send('{"message":')).toMatchObject({ status: 400, code: 'invalid_request' })
  expect(await send('{"message":"\\ud800"}')).toMatchObject({
    status: 422,
    errors: [{ pointer: '/message' }],
  })
})

test('a key the provider refuses is not tried again with the same model', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const settings = { OPENAI_API_KEY: 'revoked', CHAT_FALLBACK_MODELS: 'va-extractive-1:invent' }
  const { result, bodies } = await asked(() => say(app, { message: 'hello' }, { settings }))
  const said = log.mock.calls.map(([line]) => String(line))
  log.mockRestore()
  expect(bodies.map(({ model }) => model)).toEqual(['va-extractive-1', 'va-extractive-1:invent'])
  expect(result).toMatchObject({ success: false, reason: 'unavailable' })
  expect(said.some((line) => line.includes('no model answered'))).toBe(true)
})

test('what a tool brings is told as its result alone, never as our rules or the user’s words', async () => {
  const message = 'call web_search {"query":"pressure of the air"}'
  const { result, bodies } = await asked(() => say(app, { message }))
  const [first, second] = bodies
  const roles = (second.messages as { role: string; content: string }[])
    .filter(({ content }) => content.includes('100,000 pascals'))
    .map(({ role }) => role)
  expect(roles).toEqual(['tool'])
  expect(second.messages[0]).toEqual(first.messages[0])
  expect(result.tools_executed).toEqual(['web_search'])
})

test('malformed arguments are repaired once, then reported', async () => {
  const message = 'call calculate {"formula":1} call calculate {"formula":2}'
  const reply = await say(app, { message })
  expect(reply.tool_calls.map(({ status }) => status)).toEqual(['invalid', 'failed'])
  expect(reply.tool_failures).toBe(1)
  const unknown = await post(app, { message: 'call dance {}' })
  expect(await unknown.json()).toMatchObject({ success: true, tools_executed: [] })
})
