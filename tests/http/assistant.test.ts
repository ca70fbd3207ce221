/** The assistant over HTTP: the ten agent scenarios, streams, tools, failures and what is kept. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Message, Reply } from '../../workers/assistant/schemas.ts'
import {
  MESSAGES,
  post,
  say,
  startAssistant,
  stream,
  type TestAssistant,
  textOf,
} from './assistant-harness.ts'
import { learn } from './knowledge-harness.ts'

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

describe('the ten scenarios', () => {
  test.each(['Alice', 'Ёлка Šimková'])('1: %s is remembered over two turns', async (name) => {
    const first = await say(app, { message: `My name is ${name}. call current_time {}` })
    const second = await say(app, { message: 'What is my name?', session_id: first.session_id })
    expect(second).toMatchObject({ success: true, turn: 2, session_id: first.session_id })
    const kept = await messagesOf(first.session_id)
    expect(kept.map(({ role, turn }) => [role, turn])).toEqual([
      ['user', 1],
      ['assistant', 1],
      ['user', 2],
      ['assistant', 2],
    ])
    expect(kept[0]!.content).toContain(name)
    // More tokens than the question alone has: the first turn went along.
    expect(second.usage.input_tokens).toBeGreaterThan(
      (await say(app, { message: 'What is my name?' })).usage.input_tokens,
    )
  })

  test('2: a tool is called and its result answered with', async () => {
    const reply = await say(app, { message: 'call calculate {"expression": "12 * 3.5"}' })
    expect(reply).toMatchObject({
      success: true,
      status: 'complete',
      text: expect.stringContaining('42'),
      tools_executed: ['calculate'],
      tool_calls: [{ tool_name: 'calculate', status: 'ok' }],
      tool_failures: 0,
      fallback_used: false,
    })
  })

  test('3: a tool that fails is admitted, counted, and the answer goes on', async () => {
    app.tavily.setUp(false)
    const log = vi.spyOn(console, 'log').mockReturnValue()
    const reply = await say(app, {
      message: 'call web_search {"query": "tides"} call calculate {"expression": "1+1"}',
    })
    log.mockRestore()
    app.tavily.setUp(true)
    expect(reply).toMatchObject({
      success: true,
      fallback_used: true,
      tool_failures: 1,
    })
    expect(reply.tools_executed.toSorted()).toEqual(['calculate', 'web_search'])
    expect(reply.text).toMatch(/web_search says: The tool failed/)
    expect(reply.text).toMatch(/calculate says: 2/)
  })

  test.each(['', '   \n'])(
    '4: an empty message (%j) is refused as success: false',
    async (message) => {
      const response = await post(app, { message })
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({
        success: false,
        error: expect.any(String),
        errors: [{ pointer: '/message' }],
      })
    },
  )

  test('5: a turn that takes too long is a timeout, and what was said stays', async () => {
    const settings = { CHAT_MODEL: 'va-extractive-1:slow', TURN_TIMEOUT: '0.4' }
    const log = vi.spyOn(console, 'log').mockReturnValue()
    const response = await post(app, { message: 'hello' }, { settings })
    expect(response.status).toBe(504)
    expect(await response.json()).toMatchObject({ code: 'timed_out' })
    const frames = await stream(app, { message: 'hello' }, { settings })
    log.mockRestore()
    expect(frames.at(-1)).toMatchObject({ event: 'error', data: { code: 'timed_out' } })
    const kept = await messagesOf(String(frames[0]!.data['session_id']))
    expect(kept[1]).toMatchObject({ role: 'assistant', status: 'failed', reason: 'timed_out' })
  })

  test('6: a model that fails once is asked again', async () => {
    const settings = { CHAT_MODEL: 'va-extractive-1:500-once' }
    const log = vi.spyOn(console, 'log').mockReturnValue()
    const reply = await say(app, { message: 'call calculate {"expression":"2^5"}' }, { settings })
    log.mockRestore()
    expect(reply).toMatchObject({ success: true, fallback_used: false })
    expect(reply.text).toContain('32')
  })

  test('7: the chunks of a stream concatenate to the whole text', async () => {
    const frames = await stream(app, { message: 'hello there' })
    expect(frames[0]!.event).toBe('begun')
    expect(frames.slice(-2).map(({ event }) => event)).toEqual(['usage', 'done'])
    const deltas = frames.filter(({ event }) => event === 'delta')
    expect(deltas.length).toBeGreaterThan(3)
    expect(textOf(frames)).toBe(frames.at(-1)!.data['text'])
    const done = frames.at(-1)!.data as unknown as Reply
    expect(done.timings['first_token_ms']).toBeLessThanOrEqual(done.timings['total_ms']!)
  })

  test('8: a stream shows a call, its result, then the text made of it', async () => {
    const frames = await stream(app, { message: 'call web_search {"query":"pressure of the air"}' })
    const names = frames.map(({ event }) => event)
    const order = [...new Set(names)]
    expect(order).toEqual(['begun', 'tool_call', 'tool_result', 'delta', 'usage', 'done'])
    expect(frames[2]!.data).toMatchObject({ ok: true, tool_name: 'web_search' })
    expect(textOf(frames)).toContain('100,000 pascals')
    expect(app.tavily.queries()).toContain('pressure of the air')
  })

  test('9: the time said is the time taken', async () => {
    const began = performance.now()
    const { timings } = await say(app, { message: 'hello' })
    const took = performance.now() - began
    expect(timings['total_ms']).toBeLessThanOrEqual(took + 10)
    expect(timings['total_ms']).toBeGreaterThanOrEqual(0)
  })

  test('10: ten conversations at once all succeed', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        say(app, { message: `call calculate {"expression":"${n}*1000"}` }),
      ),
    )
    expect(replies.map(({ success }) => success)).toEqual(Array(10).fill(true))
    for (const [n, { text }] of replies.entries()) expect(text).toContain(String(n * 1000))
    expect(new Set(replies.map(({ session_id }) => session_id)).size).toBe(10)
  })
})

describe('tools', () => {
  test('knowledge_search finds passages, and the answer cites them', async () => {
    const id = await learn(
      app,
      'pump.md',
      '# Pump\n\nReplace the filter every 400 operating hours.',
    )
    const frames = await stream(app, { message: 'How often must the filter be replaced?' })
    const done = frames.at(-1)!.data as unknown as Reply
    expect(done.citations).toMatchObject([{ number: 1, documentId: id, title: 'Pump' }])
    expect(done.text).toMatch(/400 operating hours.*\[1\]/)
    expect(textOf(frames)).toBe(done.text)
    const names = frames.map(({ event }) => event)
    expect(names.indexOf('citation')).toBeLessThan(names.indexOf('delta'))
    expect((await messagesOf(done.session_id))[1]!.citations).toEqual(done.citations)
  })

  test('run with the caller’s rights, and what is not configured is not there', async () => {
    const message = 'call web_search {"query":"tides"}'
    const reply = await say(app, { message }, { settings: { TAVILY_API_KEY: '' } })
    expect(reply.tool_calls).toEqual([])
  })

  test('malformed arguments are sent back once', async () => {
    const reply = await say(app, { message: 'call calculate {"formula":"1+1"}' })
    expect(reply.tool_calls).toMatchObject([{ tool_name: 'calculate', status: 'invalid' }])
    expect(reply).toMatchObject({ success: true, tool_failures: 0, tools_executed: [] })
  })

  test('a conversation is handed to a person', async () => {
    const { session_id } = await say(app, { message: 'call handoff {"reason":"wants a person"}' })
    const answer = await app.send('GET', `/api/conversations/${session_id}`)
    expect(await answer.json()).toMatchObject({
      status: 'handed_off',
      handoff_reason: 'wants a person',
    })
  })

  test('the time is told in a zone, and an unknown zone is no zone', async () => {
    const reply = await say(app, { message: 'call current_time {"time_zone":"Asia/Tokyo"}' })
    expect(reply.text).toMatch(/GMT\+9|JST/)
    const wrong = await say(app, { message: 'call current_time {"time_zone":"Mars/Base"}' })
    expect(wrong.tool_calls).toMatchObject([{ status: 'invalid' }])
  })
})

describe('bad input', () => {
  test.each([
    ['a message too long', { message: 'x'.repeat(16_001) }, '/message'],
    ['no message', {}, '/message'],
    ['a conversation that is no id', { message: 'a', session_id: 'x' }, '/session_id'],
    ['an unknown field', { message: 'a', tenant: 'globex' }, '/tenant'],
    ['an unknown language', { message: 'a', language: 'xx' }, '/language'],
  ])('%s is named', async (_name, body, pointer) => {
    const response = await app.send('POST', MESSAGES, body)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ pointer }] })
  })

  test('another’s conversation is not there, in the tenant and beyond', async () => {
    const { session_id } = await say(app, { message: 'hello' })
    const body = { message: 'hello', session_id }
    expect((await post(app, body, { who: { tenant: 'globex' } })).status).toBe(404)
    expect((await post(app, body, { who: { scopes: ['rag.query'] } })).status).toBe(404)
    expect((await post(app, { ...body, session_id: crypto.randomUUID() })).status).toBe(404)
  })

  test('who may not ask may not ask here', async () => {
    expect((await post(app, { message: 'a' }, { who: { scopes: ['kb.read'] } })).status).toBe(403)
  })
})

test('a new conversation begins with three statements to the database, two of them side by side', async () => {
  await say(app, { message: 'hello' })
  await app.settle()
  const before = app.neon.roundTrips()
  const response = await post(app, { message: 'hello' }, { accept: 'text/event-stream' })
  const reader = response.body!.getReader()
  await reader.read()
  // The assistant and the tools of MCP servers side by side, then the turn.
  expect(app.neon.roundTrips() - before).toBeLessThanOrEqual(3)
  while (!(await reader.read()).done);
})
