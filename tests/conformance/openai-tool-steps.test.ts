/** Steps over several requests of /v1 that mix functions of the caller's with tools of ours: AI SDK, LangChain.js, responses. */
import { generateText, stepCountIs, streamText, tool } from 'ai'
import type OpenAI from 'openai'
import { BadRequestError, NotFoundError } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { asOwner } from '../http/knowledge-harness.ts'
import { startSurface, type Surface } from './openai-harness.ts'
import { MODEL, OURS, proofOf, THEIRS, user, weather } from './tool-turns.ts'

let app: Surface

beforeAll(async () => {
  app = await startSurface()
  await asOwner(
    app,
    `insert into users values ('acme', 'ada', 'ada@example.com', 'Ada', 'owner', now())`,
  )
})
afterEach(() => app.settle())
afterAll(() => app?.close())

describe('the Vercel AI SDK', () => {
  const tools = {
    get_weather: tool({
      description: 'The weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => `${city} has -3 degrees`,
    }),
  }
  const prompt = `${OURS} and ${THEIRS}`
  const stopWhen = stepCountIs(4)

  test.each(['chat', 'responses'] as const)(
    '%s: its steps go on with what its functions say',
    async (kind) => {
      const provider = await app.aiSdk()
      const model = provider[kind](MODEL)
      const made = await generateText({ model, prompt, tools, stopWhen })
      expect(made.text).toMatch(/get_weather says: "?Oslo has -3 degrees/)
      expect(made.steps).toHaveLength(2)
      const streamed = streamText({ model, prompt, tools, stopWhen })
      let text = ''
      for await (const piece of streamed.textStream) text += piece
      expect(text).toBe(made.text)
      expect(await streamed.finishReason).toBe('stop')
      const { inputTokens } = await streamed.totalUsage
      expect(inputTokens).toBeGreaterThan(0)
    },
  )
})

test('LangChain.js binds its tools beside ours', async () => {
  for (const useResponsesApi of [false, true]) {
    const chat = await app.langChain({}, { model: MODEL, useResponsesApi })
    const bound = chat.bindTools([weather])
    const made = await bound.invoke(`${OURS} and ${THEIRS}`)
    expect(made.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Oslo' } }])
    await app.settle()
    const next = await bound.invoke([
      ['user', `${OURS} and ${THEIRS}`],
      made,
      { role: 'tool', tool_call_id: made.tool_calls![0]!.id!, content: '-3 degrees' },
    ])
    expect(next.text).toMatch(/get_weather says: -3 degrees/)
  }
})

describe('responses', () => {
  const fn = { type: 'function' as const, strict: false, ...weather.function }

  test('what ran here and what is handed over are items, and the next response goes on by id', async () => {
    const client = await app.openai()
    const made = await client.responses.create({
      model: MODEL,
      input: `${OURS} and ${THEIRS}`,
      tools: [fn],
    })
    expect(made.output).toMatchObject([
      {
        type: 'mcp_call',
        server_label: 'voiceassist',
        name: 'calculate',
        output: '42',
        status: 'completed',
      },
      {
        type: 'function_call',
        name: 'get_weather',
        arguments: '{"city": "Oslo"}',
        status: 'completed',
      },
    ])
    const call = made.output.find(
      ({ type }) => type === 'function_call',
    ) as OpenAI.Responses.ResponseFunctionToolCall
    await app.settle()
    const output = {
      type: 'function_call_output' as const,
      call_id: call.call_id,
      output: '-3 degrees',
    }
    const next = await client.responses.create({
      model: MODEL,
      previous_response_id: made.id,
      input: [output],
      tools: [fn],
    })
    expect(next.output_text).toMatch(/get_weather says: -3 degrees/)
    expect(next.previous_response_id).toBe(made.id)
    await app.settle()
    // And on: the model is told the whole conversation.
    await client.responses.create({
      model: MODEL,
      previous_response_id: next.id,
      input: 'Go on.',
    })
    const { messages } = app.openAi.last() as { messages: { role: string }[] }
    expect(messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
      'user',
    ])
    // The same with the items sent back in place of the id.
    const again = await client.responses.create({
      model: MODEL,
      input: [
        user(`${OURS} and ${THEIRS}`),
        ...(made.output as OpenAI.Responses.ResponseInputItem[]),
        output,
      ],
      tools: [fn],
    })
    expect(again.output_text).toBe(next.output_text)
  })

  test('a stream has the provider’s events in the provider’s order', async () => {
    const client = await app.openai()
    const stream = client.responses.stream({
      model: MODEL,
      input: `${OURS} and ${THEIRS}`,
      tools: [fn],
    })
    const events: OpenAI.Responses.ResponseStreamEvent[] = []
    for await (const event of stream) events.push(event)
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.mcp_call.in_progress',
      'response.mcp_call_arguments.done',
      'response.mcp_call.completed',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, at) => at))
    const whole = await stream.finalResponse()
    expect(whole.output.map(({ type }) => type)).toEqual(['mcp_call', 'function_call'])
    const text = client.responses.stream({ model: MODEL, input: OURS })
    expect((await text.finalResponse()).output_text).toMatch(/42/)
  })

  test('what is not kept, or another’s, cannot be gone on from', async () => {
    const client = await app.openai()
    const made = await client.responses.create({ model: MODEL, input: OURS, store: false })
    const kept = await client.responses.create({ model: MODEL, input: OURS })
    await app.settle()
    const from = async (who: OpenAI, id: string) =>
      who.responses.create({ model: MODEL, previous_response_id: id, input: 'And now?' })
    await expect(from(client, made.id)).rejects.toThrow(NotFoundError)
    await expect(from(await app.openai({ subject: 'bob' }), kept.id)).rejects.toThrow(NotFoundError)
    await expect(from(await app.openai({ tenant: 'globex' }), kept.id)).rejects.toThrow(
      NotFoundError,
    )
    expect((await from(client, kept.id)).status).toBe('completed')
    const input = [{ type: 'item_reference' as const, id: 'msg_1' }, user('a')]
    const referring = client.responses.create({
      model: MODEL,
      input,
    } as OpenAI.Responses.ResponseCreateParamsNonStreaming)
    await expect(referring).rejects.toThrow(BadRequestError)
  })
})

test('what destroys something waits for the user, whose consent goes along with the next request', async () => {
  const client = await app.openai()
  const asking = user('call reservation {"intent": "cancel", "code": "ABCDEFGH"}')
  const made = await client.chat.completions.create({ model: MODEL, messages: [asking] })
  const { session_id, tool_calls } = proofOf(made)
  expect(tool_calls).toMatchObject([{ tool_name: 'reservation', status: 'unconfirmed' }])
  await app.settle()
  const va = { session_id, confirm: [tool_calls[0]!.id] }
  const messages = [asking, made.choices[0]!.message, user('Yes, please.')]
  const done = await client.chat.completions.create({ model: MODEL, messages, va } as never)
  expect(proofOf(done)).toMatchObject({
    session_id,
    tool_calls: [{ tool_name: 'reservation', status: 'ok' }],
  })
  const bob = await app.openai({ subject: 'bob' })
  const stolen = bob.chat.completions.create({ model: MODEL, messages, va } as never)
  await expect(stolen).rejects.toMatchObject({ status: 400, param: 'va.confirm' })
})

test('an assistant of the tenant’s own is a model, with its tools and no others', async () => {
  const content = {
    name: 'Abacus',
    instructions: 'You only count.',
    language: 'en',
    greeting: '',
    tools: ['calculate'],
    knowledge_bases: null,
    model: null,
    voice: null,
    limits: { max_turns: null, max_answer_length: null, max_steps: null },
  }
  const made = await app.send('POST', '/api/admin/assistants', {
    slug: 'abacus',
    content,
    comment: '',
  })
  expect([made.status, await made.clone().text()]).toEqual([201, expect.any(String)])
  const client = await app.openai()
  const { data } = await client.models.list()
  expect(data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['va-assistant', 'va-assistant:abacus']),
  )
  const messages = [
    { role: 'system' as const, content: 'Be brief.' },
    user(`${OURS} and call current_time`),
  ]
  const answer = await client.chat.completions.create({ model: 'va-assistant:abacus', messages })
  expect(proofOf(answer).tool_calls.map(({ tool_name }) => tool_name)).toEqual(['calculate'])
  const body = app.openAi.last() as { messages: { content: string }[] }
  expect(body.messages[0]!.content).toMatch(/Abacus[\s\S]*You only count\.[\s\S]*Be brief\./)
  const missing = client.chat.completions.create({ model: 'va-assistant:none', messages })
  await expect(missing).rejects.toMatchObject({ status: 404, param: 'model' })
})
