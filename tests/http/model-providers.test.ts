/** A chain of models of several providers: two servers that fail as they are told, each with a key of its own. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type OpenAi, startOpenAi } from '../../local/openai/server.ts'
import type { Reply } from '../../workers/assistant/schemas.ts'
import { MESSAGES, startAssistant, type TestAssistant } from './assistant-harness.ts'

let app: TestAssistant
let other: OpenAi
const KEY = 'key-of-the-other-provider'
const model = 'other/va-extractive-1'

beforeAll(async () => {
  ;[app, other] = await Promise.all([startAssistant(), startOpenAi({ apiKey: KEY })])
})
beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue()
  app.used.length = 0
})
afterEach(async () => {
  await app.settle()
  vi.restoreAllMocks()
  app.openAi.setUp(true)
  other.setUp(true)
})
afterAll(async () => void (await Promise.all([app.close(), other.close()])))

const providers = (key = KEY) => JSON.stringify([{ name: 'other', url: other.baseUrl, key }])

/** With settings of its own, and so with nothing known of who failed before. */
function deployed(settings: object) {
  const price = { model, kind: 'chat', from: '2026-01-01', input: 5_000_000, output: 9_000_000 }
  const env = {
    ...app.env,
    CHAT_FALLBACK_MODELS: model,
    CHAT_PROVIDERS: providers(),
    MODEL_PRICES: JSON.stringify([price]),
    ...settings,
  }
  const post = async (message = 'hello') => {
    const headers = {
      authorization: `Bearer ${await app.token()}`,
      'content-type': 'application/json',
    }
    const init = { method: 'POST', headers, body: JSON.stringify({ message }) }
    return Promise.resolve(app.app.request(MESSAGES, init, env, app.execution))
  }
  const say = async (message?: string) => (await post(message)).json<Reply>()
  return { post, say }
}

test('the other provider answers with its own key while the first is down, and is paid as it is priced', async () => {
  app.openAi.setUp(false)
  const before = other.requests().length
  const reply = await deployed({}).say()
  expect(reply).toMatchObject({ success: true, fallback_used: true, model })
  expect(other.requests().slice(before)).toEqual([
    { path: '/v1/chat/completions', model: 'va-extractive-1' },
  ])
  await app.settle()
  const { input_tokens: input, output_tokens: output } = reply.usage
  const microDollars = Math.ceil(input * 5 + output * 9)
  expect(app.used).toMatchObject([{ provider: new URL(other.baseUrl).host, model, microDollars }])
})

test('what failed three times is passed over, and what it is passed over for is asked alone', async () => {
  const { say } = deployed({ CHAT_MODEL: 'va-extractive-1:500' })
  const failing = () =>
    app.openAi.requests().filter(({ model: asked }) => asked === 'va-extractive-1:500').length
  const before = failing()
  for (let times = 0; times < 3; times++) {
    expect(await say()).toMatchObject({ model })
    await app.settle()
  }
  // Two tries each.
  expect(failing() - before).toBe(6)
  for (let times = 0; times < 3; times++)
    expect(await say()).toMatchObject({ success: true, model })
  expect(failing() - before).toBe(6)
})

test('a model of the other one that fails for a moment is tried again, one that keeps failing gives way', async () => {
  const once = 'other/va-extractive-1:429-once'
  const chain = `other/va-extractive-1:500,${once}`
  const reply = await deployed({
    CHAT_MODEL: 'va-extractive-1:500',
    CHAT_FALLBACK_MODELS: chain,
  }).say()
  expect(reply).toMatchObject({ success: true, model: once })
})

test('the other one’s refusal of our key is told under its name, and not tried again', async () => {
  const mailed: string[] = []
  const IDENTITY = {
    ...app.env.IDENTITY,
    alertRefusedKey: async (provider: string) => void mailed.push(provider),
  }
  app.openAi.setUp(false)
  const settings = { CHAT_PROVIDERS: providers('revoked'), RETRY_MAX_ATTEMPTS: '3', IDENTITY }
  const { host } = new URL(other.baseUrl)
  const tries = vi.spyOn(globalThis, 'fetch')
  const reply = await deployed(settings).say()
  const asked = tries.mock.calls.filter(([url]) =>
    String(url instanceof Request ? url.url : url).includes(host),
  )
  expect(reply).toMatchObject({ success: false, reason: 'unavailable' })
  await app.settle()
  expect(mailed).toEqual([host])
  expect(asked).toHaveLength(1)
})

test('a model of the first provider may have a slash in its name', async () => {
  const reply = await deployed({
    CHAT_MODEL: 'meta/none',
    CHAT_FALLBACK_MODELS: 'va-extractive-1',
  }).say()
  expect(reply).toMatchObject({ success: true, fallback_used: true, model: 'va-extractive-1' })
})

test.each([
  ['no JSON', '{', /CHAT_PROVIDERS must be JSON/],
  ['no address', '[{"name":"a","url":"nowhere","key":"very-secret"}]', /CHAT_PROVIDERS.*0 url/],
  ['plain HTTP', '[{"name":"a","url":"http://a.example/v1","key":"very-secret"}]', /0 url/],
  [
    'a name twice',
    JSON.stringify(
      [1, 2].map(() => ({ name: 'a', url: 'https://a.example/v1', key: 'very-secret' })),
    ),
    /one twice/,
  ],
])('%s is refused by name, without its keys', async (_, CHAT_PROVIDERS, words) => {
  const answer = await deployed({ CHAT_PROVIDERS }).post()
  const text = await answer.text()
  expect([answer.status, text]).toEqual([500, expect.stringMatching(words)])
  expect(text).not.toContain('very-secret')
})
