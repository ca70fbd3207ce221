/** Functions of the caller's and tools of ours in one turn of /v1, through clients of the OpenAI API, unchanged. */
import type OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, learn } from '../http/knowledge-harness.ts'
import { startSurface, type Surface } from './openai-harness.ts'
import { MODEL, OURS, proofOf, THEIRS, user, weather } from './tool-turns.ts'

let app: Surface

beforeAll(async () => {
  app = await startSurface()
  await asOwner(
    app,
    `insert into users values ('acme', 'ada', 'ada@example.com', 'Ada', 'owner', now())`,
  )
  await learn(app, 'tea.md', '# Tea\n\nGreen tea is brewed at 80 degrees.\n')
})
afterEach(() => app.settle())
afterAll(() => app?.close())

describe('chat completions', () => {
  test.each([false, true])(
    'a turn calls both: ours runs here, theirs is handed over (stream: %j)',
    async (stream) => {
      const client = await app.openai()
      const asked = { model: MODEL, messages: [user(`${OURS} and ${THEIRS}`)], tools: [weather] }
      const made = stream
        ? await client.chat.completions
            .stream({ ...asked, stream_options: { include_usage: true } })
            .finalChatCompletion()
        : await client.chat.completions.create(asked)
      const [choice] = made.choices
      expect(choice).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          tool_calls: [
            { type: 'function', function: { name: 'get_weather', arguments: '{"city": "Oslo"}' } },
          ],
        },
      })
      const [call] = choice!.message.tool_calls!
      expect(call!.id.length).toBeLessThanOrEqual(40)
      expect(proofOf(made).tool_calls).toMatchObject([{ tool_name: 'calculate', status: 'ok' }])
      await app.settle()
      const next = await client.chat.completions.create({
        ...asked,
        messages: [
          ...asked.messages,
          choice!.message,
          { role: 'tool', tool_call_id: call!.id, content: '-3 degrees' },
        ],
      })
      // The model was told both results, though the client has only its own.
      expect(next.choices[0]!.message.content).toMatch(/get_weather says: -3 degrees/)
      expect(app.openAi.last()).toMatchObject({
        messages: [
          { role: 'system' },
          { role: 'user' },
          { role: 'assistant', tool_calls: [{ function: { name: 'calculate' } }] },
          { role: 'tool', content: '42' },
          { role: 'assistant', tool_calls: [{ id: call!.id }] },
          { role: 'tool', tool_call_id: call!.id, content: '-3 degrees' },
        ],
      })
    },
  )

  test('usage and cost are those of all steps', async () => {
    const client = await app.openai()
    const before = app.used.length
    const made = await client.chat.completions.create({ model: MODEL, messages: [user(OURS)] })
    expect(made.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: expect.stringContaining('42') },
    })
    await app.settle()
    const rows = app.used.slice(before) as {
      purpose: string
      microDollars: number
      units: { input: number; output: number }
    }[]
    expect(rows.map(({ purpose }) => purpose)).toEqual(['assist', 'assist'])
    const sum = (of: (row: (typeof rows)[number]) => number) =>
      rows.reduce((all, row) => all + of(row), 0)
    expect(made.usage).toEqual({
      prompt_tokens: sum(({ units }) => units.input),
      completion_tokens: sum(({ units }) => units.output),
      total_tokens: sum(({ units }) => units.input + units.output),
    })
    expect(proofOf(made).cost.micro_dollars).toBe(sum(({ microDollars }) => microDollars))
  })

  test('openai: runTools runs its function while ours runs here', async () => {
    const client = await app.openai()
    const cities: string[] = []
    const runner = client.chat.completions.runTools({
      model: MODEL,
      messages: [user(`${THEIRS} and ${OURS}`)],
      tools: [
        {
          type: 'function',
          function: {
            ...weather.function,
            parse: (text: string) => JSON.parse(text) as { city: string },
            function({ city }: { city: string }) {
              cities.push(city)
              return '-3 degrees'
            },
          },
        },
      ],
    })
    expect(await runner.finalContent()).toMatch(/get_weather says: -3 degrees/)
    expect(cities).toEqual(['Oslo'])
  })

  test('documents are searched by the assistant itself and cited, streamed too', async () => {
    const client = await app.openai()
    const asked = { model: MODEL, messages: [user('How hot is green tea brewed?')] }
    const made = await client.chat.completions.create(asked)
    const { content, annotations } = made.choices[0]!.message
    expect(content).toMatch(/80 degrees.* \[1\]/)
    expect(annotations).toMatchObject([{ type: 'url_citation', url_citation: { title: 'Tea' } }])
    expect(proofOf(made).citations).toHaveLength(1)
    const whole = await client.chat.completions.stream(asked).finalChatCompletion()
    expect(whole.choices[0]!.message.content).toBe(content)
  })

  test('tool_choice and parallel_tool_calls reach the model; none leaves no tools of ours', async () => {
    const client = await app.openai()
    const ask = async (more: object) => {
      const made = await client.chat.completions.create({
        model: MODEL,
        messages: [user(THEIRS)],
        tools: [weather],
        ...more,
      } as OpenAI.ChatCompletionCreateParamsNonStreaming)
      return made.choices[0]!
    }
    const names = async (more: object) =>
      (await ask(more)).message.tool_calls?.map((call) =>
        call.type === 'function' ? call.function.name : '',
      )
    expect(await names({ tool_choice: 'none' })).toBeUndefined()
    const body = app.openAi.last() as { tools: object[]; tool_choice: string }
    expect([body.tools.length, body.tool_choice]).toEqual([1, 'none'])
    const named = { type: 'function', function: { name: 'get_weather' } }
    expect(await names({ tool_choice: named, messages: [user('hello')] })).toEqual(['get_weather'])
    await ask({ parallel_tool_calls: false })
    expect(app.openAi.last()).toMatchObject({ parallel_tool_calls: false })
  })

  test('a function of the caller’s hides our tool of its name', async () => {
    const client = await app.openai()
    const calculate = { ...weather, function: { ...weather.function, name: 'calculate' } }
    const made = await client.chat.completions.create({
      model: MODEL,
      messages: [user(OURS)],
      tools: [calculate],
    })
    expect(made.choices[0]!.message.tool_calls).toMatchObject([{ function: { name: 'calculate' } }])
    expect(proofOf(made).tool_calls).toEqual([])
  })

  test('a result of 700 kB is cut for the model, with a note', async () => {
    const client = await app.openai()
    const made = await client.chat.completions.create({
      model: MODEL,
      tools: [weather],
      messages: [
        user(THEIRS),
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'call_x', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_x', content: 'cold '.repeat(140_000) },
      ],
    })
    expect(made.choices[0]!.message.content).toMatch(
      /\[Cut: 16000 of 700000 characters are here\.\]/,
    )
  })

  test.each<[string, object, string]>([
    [
      'a call without its result',
      {
        messages: [
          user('a'),
          {
            role: 'assistant',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '' } }],
          },
          user('b'),
        ],
      },
      'messages.2',
    ],
    [
      'a result without its call',
      { messages: [user('a'), { role: 'tool', tool_call_id: 'c', content: 'x' }] },
      'messages.1',
    ],
    [
      'an answer as the last message',
      { messages: [user('a'), { role: 'assistant', content: 'b' }] },
      'messages.1',
    ],
    ['a function twice', { messages: [user('a')], tools: [weather, weather] }, 'tools.1'],
    [
      'a choice that is not there',
      { messages: [user('a')], tool_choice: { type: 'function', function: { name: 'nothing' } } },
      'tool_choice',
    ],
    [
      'a name that is none',
      { messages: [user('a')], tools: [{ type: 'function', function: { name: 'a b' } }] },
      'tools.0.function.name',
    ],
    [
      'a call nobody has to confirm',
      { messages: [user('a')], va: { confirm: ['mcp_x'] } },
      'va.confirm',
    ],
    [
      'functions for a knowledge base',
      { model: 'va-rag', messages: [user('a')], tools: [weather] },
      'tools',
    ],
  ])('%s is refused by name', async (_, body, param) => {
    const answer = await app.send('POST', '/v1/chat/completions', { model: MODEL, ...body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', param } })
  })
})
