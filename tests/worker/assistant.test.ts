/** The ten agent scenarios, in workerd: the whole app, with a token and stand-ins for what it calls. */
import { createExecutionContext, env, waitOnExecutionContext } from 'cloudflare:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../workers/app.ts'
import type { NewMessage, Reply } from '../../workers/assistant/schemas.ts'

const app = createApp()
const execution = createExecutionContext()
let settings: object
let token: string

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA' }] }
  // An API key, for which nobody has to be a member.
  token = await new SignJWT({ org: 'globex', scp: 'rag.query' })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' })
    .setIssuer(env.PUBLIC_URL)
    .setAudience('va-api')
    .setSubject('key-of-the-scenarios')
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('15m')
    .sign(privateKey)
  settings = {
    ...env,
    IDENTITY: { jwks: async () => jwks },
    RATE_PLAN: 'unmetered',
    RETRY_BACKOFF_INITIAL: '0.01',
  }
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => waitOnExecutionContext(execution))

interface Options {
  accept?: string
  other?: object
}

const post = (
  body: Partial<NewMessage>,
  { accept = 'application/json', other = {} }: Options = {},
) =>
  Promise.resolve(
    app.request(
      '/api/assistant/messages',
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
      },
      { ...settings, ...other },
      execution,
    ),
  )

async function say(body: Partial<NewMessage>, other?: object): Promise<Reply> {
  const response = await post(body, { ...(other && { other }) })
  if (response.status !== 200) throw new Error(await response.text())
  return response.json<Reply>()
}

async function stream(body: Partial<NewMessage>) {
  const text = await (await post(body, { accept: 'text/event-stream' })).text()
  return text
    .trim()
    .split('\n\n')
    .map((frame) => ({
      event: /^event: (.*)$/m.exec(frame)?.[1] ?? '',
      data: Object(JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? '{}')),
    }))
}

const quiet = () => vi.spyOn(console, 'log').mockReturnValue()

describe('multi-turn and tools', () => {
  test.each(['Alice', 'Ёлка Šimková'])('1: %s is remembered over two turns', async (name) => {
    const asked = { message: `My name is ${name}.` }
    const { session_id } = await say(asked)
    const spy = vi.spyOn(globalThis, 'fetch')
    expect(await say({ message: 'What is my name?', session_id })).toMatchObject({ turn: 2 })
    const bodies = spy.mock.calls.map(([, init]) =>
      typeof init?.body === 'string' ? init.body : '',
    )
    const [request] = bodies.filter((body) => body.includes('max_completion_tokens'))
    expect(JSON.parse(request ?? '{}').messages).toContainEqual({
      role: 'user',
      content: asked.message,
    })
  })

  test('2: a tool is called and its result answered with', async () => {
    const reply = await say({ message: 'call calculate {"expression":"12 * 3.5"}' })
    expect(reply).toMatchObject({ success: true, tools_executed: ['calculate'], tool_failures: 0 })
    expect(reply.text).toContain('42')
  })

  test('3: a tool that fails is admitted, counted, and the answer goes on', async () => {
    quiet()
    const message = 'call web_search {"query":"tides"} call calculate {"expression":"1+1"}'
    // Nobody listens there.
    const other = { TAVILY_API_KEY: 'key', TAVILY_URL: 'http://127.0.0.1:1' }
    const reply = await say({ message }, other)
    expect(reply).toMatchObject({ success: true, fallback_used: true, tool_failures: 1 })
    expect(reply.text).toMatch(/web_search says: The tool failed/)
    expect(reply.text).toMatch(/calculate says: 2/)
  })
})

describe('errors', () => {
  test.each(['', ' \n'])(
    '4: an empty message (%j) is refused as success: false',
    async (message) => {
      const response = await post({ message })
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ success: false, error: expect.any(String) })
    },
  )

  test('5: a turn that takes too long is a timeout', async () => {
    quiet()
    const other = { CHAT_MODEL: 'va-extractive-1:slow', TURN_TIMEOUT: '0.2' }
    const response = await post({ message: 'hello' }, { other })
    expect(response.status).toBe(504)
    expect(await response.json()).toMatchObject({ code: 'timed_out' })
  })

  test('6: a model that fails once is asked again', async () => {
    quiet()
    const other = { CHAT_MODEL: 'va-extractive-1:500-once' }
    const reply = await say({ message: 'call calculate {"expression":"2^5"}' }, other)
    expect(reply).toMatchObject({ success: true, fallback_used: false })
    expect(reply.text).toContain('32')
  })
})

describe('streams', () => {
  test('7: the chunks concatenate to the whole text', async () => {
    const frames = await stream({ message: 'hello there' })
    const deltas = frames.filter(({ event }) => event === 'delta')
    expect(deltas.length).toBeGreaterThan(3)
    expect(deltas.map(({ data }) => data.text).join('')).toBe(frames.at(-1)?.data.text)
    expect(frames.at(-1)?.event).toBe('done')
  })

  test('8: a call, its result, then the text made of it', async () => {
    const frames = await stream({ message: 'call calculate {"expression":"6*7"}' })
    expect([...new Set(frames.map(({ event }) => event))]).toEqual([
      'begun',
      'tool_call',
      'tool_result',
      'delta',
      'usage',
      'done',
    ])
  })
})

describe('performance', () => {
  test('9: the time said is no more than the time taken', async () => {
    const began = Date.now()
    const { timings } = await say({ message: 'hello' })
    // workerd's clock stands still between two waits.
    expect(timings['total_ms']).toBeLessThanOrEqual(Date.now() - began + 10)
    expect(timings['first_token_ms']).toBeLessThanOrEqual(timings['total_ms'] ?? 0)
  })

  test('10: ten conversations at once all succeed', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        say({ message: `call calculate {"expression":"${n}*1000"}` }),
      ),
    )
    expect(replies.map(({ success }) => success)).toEqual(Array(10).fill(true))
    for (const [n, { text }] of replies.entries()) expect(text).toContain(String(n * 1000))
    expect(new Set(replies.map(({ session_id }) => session_id)).size).toBe(10)
  })
})
