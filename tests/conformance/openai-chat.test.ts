/** Chat completions of the OpenAI stand-in through the real client: text, streams, usage, tools. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Api, asking, collect, startApi } from './openai-client.ts'

const model = 'va-extractive-1'
const ANSWER =
  'The warranty of the X200 lasts two years from the day of purchase. [k7f2 "The warranty of the X200 lasts two\nyears from the day of purchase."]'

let api: Api
beforeAll(async () => void (api = await startApi()))
afterAll(() => api.server.close())

const weatherTool = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}
const clockTool = { type: 'function' as const, function: { name: 'get_time', parameters: {} } }

test('a question is answered in the words of a source, with its mark', async () => {
  const completion = await api.client.chat.completions.create({
    model,
    messages: asking('How long is the warranty of the X200?'),
  })
  expect(completion.choices[0]?.message.content).toBe(ANSWER)
  expect(completion.choices[0]?.finish_reason).toBe('stop')
  expect(completion.model).toBe(model)
  const { prompt_tokens, completion_tokens, total_tokens } = completion.usage!
  expect(completion_tokens).toBe(Math.ceil(ANSWER.length / 4))
  expect(total_tokens).toBe(prompt_tokens + completion_tokens)
})

test('a question without support is NOT_FOUND, and without sources the model says what it is', async () => {
  const ask = async (messages: ReturnType<typeof asking>) =>
    (await api.client.chat.completions.create({ model, messages })).choices[0]?.message.content
  expect(await ask(asking('Who is the president of Mexico?'))).toBe('NOT_FOUND')
  expect(await ask([{ role: 'user', content: 'Hello!' }])).toMatch(/offline model va-extractive-1/u)
})

test('a question that names nothing is understood from the one before it', async () => {
  const ask = async (before: string, question: string) => {
    const messages = [
      { role: 'user' as const, content: before },
      { role: 'assistant' as const, content: 'Yes.' },
      ...asking(question),
    ]
    const completion = await api.client.chat.completions.create({ model, messages })
    return completion.choices[0]?.message.content
  }
  expect(await ask('Is there a warranty?', 'How long is it?')).toBe(ANSWER)
  expect(await ask('Is there a warranty?', 'Who is Bob?')).toBe('NOT_FOUND')
  expect(await ask('Who is Bob?', 'How long is it?')).toBe('NOT_FOUND')
})

test('what a tool returned is told, whatever sources stand before it', async () => {
  const messages = [
    ...asking('Please call get_time.'),
    {
      role: 'assistant' as const,
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function' as const, function: { name: 'get_time', arguments: '{}' } },
      ],
    },
    { role: 'tool' as const, tool_call_id: 'c1', content: 'noon' },
  ]
  const completion = await api.client.chat.completions.create({ model, messages })
  expect(completion.choices[0]?.message.content).toBe('get_time says: noon')
})

describe('streaming', () => {
  test('words arrive one by one and add up; usage comes last and only when asked for', async () => {
    const request = { model, messages: asking('How long is the warranty?'), stream: true as const }
    const chunks = await collect(
      await api.client.chat.completions.create({
        ...request,
        stream_options: { include_usage: true },
      }),
    )
    const last = chunks.at(-1)!
    expect(last.choices).toEqual([])
    expect(last.usage?.completion_tokens).toBeGreaterThan(0)
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
    expect(text).toBe(ANSWER)
    expect(chunks.length).toBeGreaterThan(20)
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)

    const without = await collect(await api.client.chat.completions.create(request))
    expect(without.every((chunk) => chunk.usage === undefined)).toBe(true)
  })

  test("the client's own stream helper assembles the same message", async () => {
    const stream = api.client.chat.completions.stream({
      model,
      messages: asking('How long is the warranty?'),
    })
    expect(await stream.finalContent()).toBe(ANSWER)
  })

  test('a limit of tokens ends the text with finish_reason length', async () => {
    const completion = await api.client.chat.completions.create({
      model,
      messages: asking('How long is the warranty?'),
      max_completion_tokens: 3,
    })
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: 'The warranty of ' },
    })
  })
})

describe('tools', () => {
  const calling = [
    {
      role: 'user' as const,
      content: 'Please call get_weather {"city": "Zürich"} and call get_time.',
    },
  ]
  const expected = [
    { name: 'get_weather', arguments: '{"city": "Zürich"}' },
    { name: 'get_time', arguments: '{}' },
  ]

  test('calls that the user spells out are made, whole and streamed alike', async () => {
    const request = { model, messages: calling, tools: [weatherTool, clockTool] }
    const completion = await api.client.chat.completions.create(request)
    const [choice] = completion.choices
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(choice?.message.content).toBeNull()
    expect(choice?.message.tool_calls).toMatchObject(expected.map((call) => ({ function: call })))

    const streamed = await api.client.chat.completions.stream(request).finalChatCompletion()
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject(
      expected.map((call) => ({ function: call })),
    )
  })

  test('arguments of a streamed call come in parts', async () => {
    const chunks = await collect(
      await api.client.chat.completions.create({
        model,
        messages: calling,
        tools: [weatherTool],
        stream: true,
      }),
    )
    const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
    expect(deltas[0]).toMatchObject({ index: 0, function: { name: 'get_weather', arguments: '' } })
    expect(deltas[0]?.id).toMatch(/^call_/u)
    expect(deltas.filter(({ function: call }) => call?.arguments).length).toBeGreaterThan(1)
  })

  test('tool_choice rules: none forbids, required and a name force', async () => {
    const call = async (tool_choice: 'none' | 'required' | typeof clockTool, content: string) => {
      const completion = await api.client.chat.completions.create({
        model,
        tools: [weatherTool, clockTool],
        tool_choice,
        messages: [{ role: 'user', content }],
      })
      return completion.choices[0]?.message.tool_calls?.map((made) =>
        made.type === 'function' ? made.function.name : '',
      )
    }
    expect(await call('none', 'call get_weather')).toBeUndefined()
    expect(await call('required', 'hello')).toEqual(['get_weather'])
    expect(await call(clockTool, 'call get_weather')).toEqual(['get_time'])
  })

  test('runTools runs the tool and tells its result', async () => {
    const cities: string[] = []
    const runner = api.client.chat.completions.runTools({
      model,
      messages: [{ role: 'user', content: 'call get_weather {"city":"Oslo"}' }],
      tools: [
        {
          type: 'function',
          function: {
            ...weatherTool.function,
            description: 'The weather of a city',
            parse: (text: string) => JSON.parse(text) as { city: string },
            function: ({ city }: { city: string }) => {
              cities.push(city)
              return '-3 degrees'
            },
          },
        },
      ],
    })
    expect(await runner.finalContent()).toBe('get_weather says: -3 degrees')
    expect(cities).toEqual(['Oslo'])
  })

  test('a tool that returns sources is answered from, with marks', async () => {
    const [user] = asking('unused')
    const completion = await api.client.chat.completions.create({
      model,
      tools: [weatherTool],
      messages: [
        { role: 'user', content: 'How long is the warranty?' },
        {
          role: 'assistant',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'search', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: user!.content },
      ],
    })
    expect(completion.choices[0]?.message.content).toBe(ANSWER)
  })
})

test(':invent marks sources nobody gave and words no source has, beside what is true', async () => {
  const completion = await api.client.chat.completions.create({
    model: `${model}:invent`,
    messages: asking('How long is the warranty?'),
  })
  const text = completion.choices[0]?.message.content ?? ''
  expect(text).toContain(ANSWER)
  expect(text).toContain('[zz00 "')
  expect(text).toContain('without exception"]')
})

test.each([
  ['no messages', { messages: [] }, 'messages'],
  ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }, 'messages.0.role'],
  ['an image', { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages.0'],
  ['two choices', { messages: asking('x'), n: 2 }, 'n'],
  [
    'a JSON schema',
    { messages: asking('x'), response_format: { type: 'json_schema' } },
    'response_format',
  ],
  [
    'a stray tool result',
    { messages: [{ role: 'tool', tool_call_id: 'no', content: 'x' }] },
    'messages',
  ],
])('%s is refused by name', async (_, body, param) => {
  const request = api.client.post('/chat/completions', { body: { model, ...body } })
  await expect(request).rejects.toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    param: expect.stringContaining(param),
  })
})
