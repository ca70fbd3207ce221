/** What our /v1 refuses, and in which words of the OpenAI API; nothing of another tenant's comes out of it. */
import OpenAI, {
  AuthenticationError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
} from 'openai'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { learn } from '../http/knowledge-harness.ts'
import { startSurface, type Surface } from './openai-harness.ts'

let app: Surface
const QUESTION = 'How hot is green tea brewed?'
const MODEL = 'va-rag:default'
const MESSAGES = [{ role: 'user' as const, content: QUESTION }]

beforeAll(async () => {
  app = await startSurface()
  await learn(app, 'tea.md', '# Tea\n\nGreen tea is brewed at 80 degrees. Black tea at 95 degrees.')
})
afterEach(() => app.settle())
afterAll(() => app?.close())

const chatOf = (more: object) => ({ model: MODEL, messages: MESSAGES, ...more })
const REFUSED: [string, object, string][] = [
  ['chat/completions', chatOf({ model: 7 }), 'model'],
  ['chat/completions', chatOf({ messages: [] }), 'messages'],
  ['chat/completions', chatOf({ messages: [{ role: 'assistant', content: 'x' }] }), 'messages'],
  [
    'chat/completions',
    chatOf({ messages: [{ role: 'tool', tool_call_id: 'c', content: 'x' }] }),
    'messages.0.role',
  ],
  ['chat/completions', chatOf({ messages: [{ role: 'user', content: ' ' }] }), 'messages'],
  [
    'chat/completions',
    chatOf({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] }),
    'messages.0.content',
  ],
  ['chat/completions', chatOf({ n: 2 }), 'n'],
  ['chat/completions', chatOf({ tools: [{ type: 'function' }] }), 'tools.0.function'],
  [
    'chat/completions',
    chatOf({ response_format: { type: 'json_object' } }),
    'response_format.type',
  ],
  ['responses', { model: MODEL, input: '' }, 'input'],
  ['responses', { model: MODEL, input: 'x'.repeat(4001) }, 'input'],
  [
    'responses',
    { model: MODEL, input: 'x', previous_response_id: 'resp_1' },
    'previous_response_id',
  ],
  ['responses', { model: MODEL, input: 'x', tools: [{ type: 'web_search' }] }, 'tools.0.type'],
  [
    'responses',
    { model: MODEL, input: 'x', tools: [{ type: 'file_search', vector_store_ids: [] }] },
    'tools.0.vector_store_ids',
  ],
  ['embeddings', { model: 'va-lexical-1', input: [[1, 2]] }, 'input'],
  ['embeddings', { model: 'va-lexical-1', input: '' }, 'input'],
  ['embeddings', { model: 'va-lexical-1', input: 'x', dimensions: 256 }, 'dimensions'],
]

test.each(REFUSED.map(([path, body, param]) => ({ path, body, param })))(
  '/v1/$path refuses a wrong $param by its name',
  async ({ path, body, param }) => {
    const answer = await app.send('POST', `/v1/${path}`, body)
    expect(answer.status).toBe(400)
    const { error } = await answer.json<{
      error: { message: string; type: string; param: string }
    }>()
    expect(error).toMatchObject({ type: 'invalid_request_error', param })
    expect(error.message).not.toBe('')
  },
)

test('models and stores that are not there are 404, and no credential 401, as clients know them', async () => {
  const client = await app.openai()
  const models = ['gpt-5', 'va-rag:', 'va-rag:globex', 'va-rag:../default']
  for (const model of models) {
    const asked = client.chat.completions.create({ model, messages: MESSAGES })
    await expect(asked).rejects.toThrow(NotFoundError)
  }
  const tools = [{ type: 'file_search' as const, vector_store_ids: ['default', 'globex'] }]
  const asked = client.responses.create({ model: MODEL, input: QUESTION, tools })
  await expect(asked).rejects.toThrow(NotFoundError)
  const stranger = new OpenAI({ apiKey: 'no', baseURL: app.baseURL, maxRetries: 0 })
  await expect(stranger.models.list()).rejects.toThrow(AuthenticationError)
  const viewer = await app.openai({ role: 'viewer' })
  const forbidden = viewer.chat.completions.create({ model: MODEL, messages: MESSAGES })
  await expect(forbidden).rejects.toThrow(PermissionDeniedError)
})

test('another tenant is told nothing, whatever it names', async () => {
  const other = await app.openai({ tenant: 'globex' })
  const made = await other.responses.create({
    model: MODEL,
    input: QUESTION,
    tools: [{ type: 'file_search', vector_store_ids: ['default'] }],
    include: ['file_search_call.results'],
  })
  expect(made.output[0]).toMatchObject({ results: [] })
  expect(JSON.stringify(made)).not.toMatch(/80|tea\.md/)
})

test('a provider that is down is a failure that clients know', async () => {
  const client = await app.openai()
  app.openAi.setUp(false)
  try {
    const messages = [{ role: 'user' as const, content: 'Is green tea brewed at 80 degrees?' }]
    const asked = client.chat.completions.create({ model: MODEL, messages, stream: true })
    await expect(asked).rejects.toThrow(InternalServerError)
    const response = client.responses.create({ model: MODEL, input: 'Is black tea hot?' })
    await expect(response).rejects.toThrow(/does not answer/)
  } finally {
    app.openAi.setUp(true)
  }
})

test('what no document says is answered so, with nothing cited', async () => {
  const client = await app.openai()
  const content = 'Who won the cup final in Lisbon?'
  const made = await client.chat.completions.create({
    model: MODEL,
    messages: [{ role: 'user', content }],
  })
  expect(made.choices[0]!.message).toMatchObject({
    annotations: [],
    content: /could not find/ as never,
  })
  const response = await client.responses.create({ model: MODEL, input: content })
  expect(response.output_text).toMatch(/could not find/)
  expect((response as unknown as { va: object }).va).toMatchObject({
    abstained: true,
    citations: [],
  })
})
