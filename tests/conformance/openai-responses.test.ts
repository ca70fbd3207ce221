/** Responses of the OpenAI stand-in through the real client: whole, streamed, with functions. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, asking, collect, startApi } from './openai-client.ts'

const model = 'va-extractive-1'
const input = asking('How long is the warranty?')[0]!.content

let api: Api
beforeAll(async () => void (api = await startApi()))
afterAll(() => api.server.close())

const tools = [
  {
    type: 'function' as const,
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    strict: false,
  },
]

test('a response carries its text and usage', async () => {
  const response = await api.client.responses.create({ model, input, instructions: 'Be brief.' })
  expect(response.output_text).toMatch(/^The warranty of the X200 lasts two years/u)
  expect(response).toMatchObject({ status: 'completed', instructions: 'Be brief.', model })
  expect(response.usage?.total_tokens).toBe(
    response.usage!.input_tokens + response.usage!.output_tokens,
  )
})

test('a streamed response comes in the order of the API, numbered, and adds up', async () => {
  const events = await collect(await api.client.responses.create({ model, input, stream: true }))
  const types = events.map(({ type }) => type)
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
  const deltas = events.filter((event) => event.type === 'response.output_text.delta')
  const done = events.find((event) => event.type === 'response.output_text.done')
  expect(deltas.map(({ delta }) => delta).join('')).toBe(done?.text)
})

test("the client's stream helper assembles the final response", async () => {
  const response = await api.client.responses.stream({ model, input }).finalResponse()
  expect(response.output_text).toMatch(/^The warranty/u)
  expect(response.status).toBe('completed')
})

test('a function is called, streamed alike, and its output told', async () => {
  const question = { role: 'user' as const, content: 'call get_weather {"city":"Oslo"}' }
  const response = await api.client.responses.create({ model, input: [question], tools })
  const [call] = response.output
  expect(call).toMatchObject({
    type: 'function_call',
    name: 'get_weather',
    arguments: '{"city":"Oslo"}',
  })

  const stream = api.client.responses.stream({ model, input: [question], tools })
  expect((await stream.finalResponse()).output[0]).toMatchObject({ arguments: '{"city":"Oslo"}' })

  if (call?.type !== 'function_call') throw new Error('no call')
  const answer = await api.client.responses.create({
    model,
    tools,
    input: [
      question,
      call,
      { type: 'function_call_output', call_id: call.call_id, output: '-3 degrees' },
    ],
  })
  expect(answer.output_text).toBe('get_weather says: -3 degrees')
})

test('a response that refers to an earlier one is refused: nothing is stored', async () => {
  const request = api.client.responses.create({ model, input, previous_response_id: 'resp_1' })
  await expect(request).rejects.toMatchObject({ status: 400, param: 'previous_response_id' })
})
