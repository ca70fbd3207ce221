/** A provider's stream that ends at any of its bytes: what was said is its beginning, and nobody takes it for the whole. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startOpenAi } from '../../../local/openai/server.ts'
import { type ModelContext, streamReply } from '../../../workers/assistant/chat-client.ts'
import { openDatabase } from '../../http/database.ts'
import { startContext } from '../shared/service-context.ts'

let openAi: Awaited<ReturnType<typeof startOpenAi>>
let database: Awaited<ReturnType<typeof openDatabase>>
let ctx: ModelContext
beforeAll(async () => {
  ;[openAi, database] = await Promise.all([startOpenAi({ apiKey: 'k' }), openDatabase()])
  ctx = startContext({
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: openAi.baseUrl,
    CHAT_MODEL: 'va-extractive-1',
    CHAT_FALLBACK_MODELS: '',
    TURN_TIMEOUT: '60',
    MAX_ANSWER_LENGTH: '100',
    MODEL_PRICES: '',
    USAGE_EVENTS: { send: async () => {} },
    DATABASE_URL: database.url('app_user'),
    DATABASE_HTTP_URL: database.neon.httpUrl,
    ENABLE_METRICS: 'false',
    RETRY_MAX_ATTEMPTS: '1',
    RETRY_BACKOFF_INITIAL: '0.01',
    RETRY_BACKOFF_MAX: '0.01',
  }).ctx as unknown as ModelContext
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => Promise.all([openAi?.close(), database?.close()]))

const parameters = { type: 'object', properties: { expression: { type: 'string' } } }
const tools = [{ name: 'calculate', description: 'Calculates', parameters }]

async function run(message: string) {
  const request = { messages: [{ role: 'user' as const, content: message }], tools }
  const stream = streamReply(ctx, request, new AbortController().signal)
  let text = ''
  for (;;) {
    const next = await stream.next().catch((error: unknown) => ({ error }))
    if ('error' in next) return { text, failure: next.error }
    if (next.done) return { text, whole: next.value }
    text += next.value
  }
}

/** Answers the model's requests with the first `length` of these bytes, and then ends or breaks. */
function answerWith(bytes: Uint8Array, length: number, breaks: boolean) {
  const original = globalThis.fetch
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.includes('/chat/completions')) return original(input, init)
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        if (length > 0) controller.enqueue(bytes.slice(0, length))
        if (breaks) controller.error(new TypeError('terminated'))
        else controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })
}

async function bytesOf(message: string): Promise<Uint8Array> {
  const response = await fetch(`${openAi.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'va-extractive-1',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: message }],
      tools: tools.map((tool) => ({ type: 'function', function: tool })),
    }),
  })
  return new Uint8Array(await response.arrayBuffer())
}

test.each([
  ['text', 'Привет', false],
  ['text', 'Привет', true],
  ['calls', 'call calculate {"expression":"6*7"}', false],
  ['calls', 'call calculate {"expression":"6*7"}', true],
])(
  '%s of %j, where the connection breaks: %s',
  async (_kind, message, breaks) => {
    const whole = await run(message)
    if (!whole.whole) throw new Error('the model must answer')
    const bytes = await bytesOf(message)
    const text = new TextDecoder().decode(bytes)
    const end = new TextEncoder().encode(text.slice(0, text.indexOf('"finish_reason":"'))).length
    expect(end).toBeGreaterThan(100)
    // OpenAI's client tells of each line it cannot read.
    const error = vi.spyOn(console, 'error').mockReturnValue()
    let [broken, complete] = [0, 0]
    for (let length = 0; length <= bytes.length; length++) {
      const fetching = answerWith(bytes, length, breaks)
      const got = await run(message)
      fetching.mockRestore()
      expect(whole.text.startsWith(got.text)).toBe(true)
      if (got.whole) {
        complete++
        // Nothing is taken for the whole before the provider said that it is.
        expect(length).toBeGreaterThan(end)
        expect(got.text).toBe(whole.text)
        expect(got.whole.calls).toEqual(whole.whole.calls)
      } else {
        broken++
        expect(got.failure).toMatchObject({ code: 'dependency_down' })
      }
    }
    error.mockRestore()
    expect(broken).toBeGreaterThan(end - 1)
    if (!breaks) expect(complete).toBeGreaterThan(0)
  },
  120_000,
)
