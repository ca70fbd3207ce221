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

/** Bytes from one cut to the next; each byte under SOAK. */
const STEP = process.env['SOAK'] === '1' ? 1 : 5

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
    let isSent = length === 0
    // An error drops what has not been read, so it comes with the next pull.
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (!isSent) controller.enqueue(bytes.slice(0, length))
          else if (breaks) controller.error(new TypeError('terminated'))
          else controller.close()
          isSent = true
        },
      },
      { highWaterMark: 0 },
    )
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
    const outcomes: { length: number; said: string; calls?: unknown; code?: unknown }[] = []
    for (let cut = 0; cut < bytes.length + STEP; cut += STEP) {
      const length = Math.min(cut, bytes.length)
      const fetching = answerWith(bytes, length, breaks)
      const { text: said, whole: reply, failure } = await run(message)
      fetching.mockRestore()
      outcomes.push({ length, said, calls: reply?.calls, code: Object(failure).code })
    }
    error.mockRestore()
    expect(outcomes.filter(({ said }) => !whole.text.startsWith(said))).toEqual([])
    const complete = outcomes.filter(({ calls }) => calls !== undefined)
    const broken = outcomes.filter(({ calls }) => calls === undefined)
    // Nothing is taken for the whole before the provider said that it is, and then it is all there.
    expect(broken.at(-1)?.length).toBeGreaterThan(end - STEP)
    expect(broken.filter(({ code }) => code !== 'dependency_down')).toEqual([])
    expect(complete.filter(({ length }) => length <= end)).toEqual([])
    expect(complete.map(({ said, calls }) => ({ said, calls }))).toEqual(
      complete.map(() => ({ said: whole.text, calls: whole.whole?.calls })),
    )
    expect(complete.length).toBeGreaterThan(0)
  },
  120_000,
)
