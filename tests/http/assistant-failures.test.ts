/** What an assistant makes of models that fail, clients that leave, and messages that race. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Message } from '../../workers/assistant/schemas.ts'
import { post, say, startAssistant, type TestAssistant } from './assistant-harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const messagesOf = async (id: string) => {
  const answer = await app.send('GET', `/api/conversations/${id}/messages`)
  return (await answer.json<{ items: Message[] }>()).items
}

describe('failures', () => {
  const log = () => vi.spyOn(console, 'log').mockReturnValue()

  test('the next model of the chain answers when the first does not', async () => {
    const quiet = log()
    const settings = {
      CHAT_MODEL: 'va-extractive-1:500',
      CHAT_FALLBACK_MODELS: 'nobody,va-extractive-1',
    }
    const reply = await say(app, { message: 'hello' }, { settings })
    quiet.mockRestore()
    expect(reply).toMatchObject({ success: true, fallback_used: true, model: 'va-extractive-1' })
    await app.settle()
    expect(app.metrics.count('voiceassist_agent_fallback_total', 'failed')).toBe(2)
  })

  test('a provider that refuses our key is asked once, and those who run the platform are told once', async () => {
    const quiet = log()
    const mailed: string[] = []
    const IDENTITY = {
      ...app.env.IDENTITY,
      alertRefusedKey: async (provider: string) => void mailed.push(provider),
    }
    const settings = { OPENAI_API_KEY: 'wrong', RETRY_MAX_ATTEMPTS: '4', IDENTITY }
    app.audited.length = 0
    for (let times = 0; times < 2; times++) {
      expect(await say(app, { message: 'hello' }, { settings })).toMatchObject({ success: false })
      await app.settle()
    }
    quiet.mockRestore()
    const { host } = new URL(app.openAi.baseUrl)
    expect(mailed).toEqual([host])
    const entries = app.audited.map((message) => (message as { entry: object }).entry)
    expect(entries).toMatchObject([
      { event: 'provider.refused', tenant: '_platform', resource: { type: 'provider', id: host } },
    ])
    expect(app.metrics.count('voiceassist_retries_total', 'openai')).toBe(0)
  })

  test('a model that hangs is passed over in time', async () => {
    const quiet = log()
    const settings = {
      CHAT_MODEL: 'va-extractive-1:slow',
      CHAT_FALLBACK_MODELS: 'va-extractive-1',
      TURN_TIMEOUT: '1.5',
    }
    const reply = await say(app, { message: 'hello' }, { settings })
    quiet.mockRestore()
    expect(reply).toMatchObject({ success: true, fallback_used: true, model: 'va-extractive-1' })
  })

  test.each([
    ['hello', 'Sorry, something went wrong. Please try again later.'],
    ['привет', 'Извините, произошла ошибка. Попробуйте позже.'],
  ])('when nothing answers, %s is told so in its language', async (message, text) => {
    const quiet = log()
    const reply = await say(app, { message }, { settings: { CHAT_MODEL: 'va-extractive-1:500' } })
    quiet.mockRestore()
    expect(reply).toMatchObject({ success: false, fallback_used: true, status: 'failed', text })
    expect(reply).toMatchObject({ reason: 'unavailable', error: text, model: null })
  })

  test('an answer that breaks off is kept as partial', async () => {
    const quiet = log()
    const settings = { CHAT_MODEL: 'va-extractive-1:cut' }
    const reply = await say(app, { message: 'hello' }, { settings })
    quiet.mockRestore()
    expect(reply).toMatchObject({ success: true, status: 'partial', reason: 'unavailable' })
    expect((await messagesOf(reply.session_id))[1]).toMatchObject({
      status: 'partial',
      content: reply.text,
    })
  })

  test('a client that leaves stops the model, and what it read is kept', async () => {
    const settings = { CHAT_MODEL: 'va-extractive-1:slow', TURN_TIMEOUT: '20' }
    const gone = new AbortController()
    const response = await post(
      app,
      { message: 'hello' },
      { settings, accept: 'text/event-stream', signal: gone.signal },
    )
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    while (!seen.includes('event: delta')) seen += (await reader.read()).value
    const sessionId = /"session_id":"([^"]+)"/.exec(seen)![1]!
    gone.abort()
    await reader.cancel()
    await vi.waitFor(async () => {
      await app.settle()
      const [, answer] = await messagesOf(sessionId)
      expect(answer).toMatchObject({ status: 'partial', reason: 'cancelled' })
      expect(answer!.content).not.toBe('')
    }, 5000)
    // And the conversation can go on at once.
    expect(await say(app, { message: 'again', session_id: sessionId })).toMatchObject({ turn: 2 })
  })
})

test('of ten messages at once into one conversation one is answered', async () => {
  const { session_id } = await say(app, { message: 'hello' })
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => post(app, { message: 'again', session_id })),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1)
  expect(new Set(statuses)).toEqual(new Set([200, 409]))
  const kept = await messagesOf(session_id)
  const asked = kept.filter(({ role }) => role === 'user')
  expect(asked.length).toBe(1 + statuses.filter((status) => status === 200).length)
  expect(new Set(asked.map(({ turn }) => turn)).size).toBe(asked.length)
})

test('after the last turn a conversation says goodbye and asks no model', async () => {
  const settings = { MAX_TURNS: '1' }
  const { session_id } = await say(app, { message: 'привет' }, { settings })
  const before = app.openAi.requests().length
  const reply = await say(app, { message: 'ещё вопрос', session_id }, { settings })
  expect(reply).toMatchObject({ success: true, reason: 'turn_limit', model: null })
  expect(reply.text).toMatch(/до свидания/)
  expect(app.openAi.requests().length).toBe(before)
  await app.settle()
  expect(app.metrics.count('voiceassist_max_turns_reached_total')).toBe(1)
})

test('history from elsewhere goes along and is not kept', async () => {
  const external_history = [
    { role: 'user' as const, content: 'x'.repeat(2000) },
    { role: 'assistant' as const, content: 'noted' },
  ]
  const reply = await say(app, { message: 'hello', external_history })
  const plain = await say(app, { message: 'hello' })
  expect(reply.usage.input_tokens - plain.usage.input_tokens).toBeGreaterThan(400)
  expect(await messagesOf(reply.session_id)).toHaveLength(2)
})
