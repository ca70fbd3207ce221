import { once } from 'node:events'
/** What a provider may do wrong, each time as our own failure; its good side is the HTTP tests'. */
import { createServer, type RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { ProblemError } from '../../../shared/errors.ts'
import { callOpenAi } from '../../../shared/openai.ts'
import { startContext } from './service-context.ts'

const USE = { model: 'gpt-5-mini', purpose: 'answer' } as const

async function call(answer: RequestListener, signal?: AbortSignal) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { ctx, lines } = startContext({
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1/`,
    RETRY_MAX_ATTEMPTS: '2',
    RETRY_BACKOFF_INITIAL: '0.001',
    RETRY_BACKOFF_MAX: '0.002',
  })
  const read = (response: Response): Promise<unknown> => response.json()
  try {
    const body = { model: USE.model }
    const result = await callOpenAi(ctx, USE, { path: '/chat/completions', body, read, signal })
    return { result, lines }
  } catch (error) {
    return { error, lines }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('a call says who asks, for which trace, and where', async () => {
  const { result } = await call((request, response) => {
    const { authorization, traceparent, 'content-type': type } = request.headers
    response.end(JSON.stringify([request.method, request.url, authorization, traceparent, type]))
  })
  expect(result).toEqual([
    'POST',
    '/v1/chat/completions',
    'Bearer sk-test',
    expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-/),
    'application/json',
  ])
})

test('a failure that passes is tried again', async () => {
  let tries = 0
  const { result } = await call((_request, response) => {
    response.statusCode = tries++ === 0 ? 503 : 200
    response.end('{}')
  })
  expect([result, tries]).toEqual([{}, 2])
})

test.each<[string, number, string, string]>([
  ['refuses', 401, '{"error":{"message":"Incorrect API key"}}', 'Incorrect API key'],
  ['stays down', 500, 'out of order', 'openai answered 500: out of order'],
  ['does not speak JSON', 200, '<html>', 'JSON'],
])('a provider that %s is one that is down, and the log may say why', async (...row) => {
  const [, status, body, words] = row
  const { error } = await call((_request, response) => {
    response.statusCode = status
    response.end(body)
  })
  expect(error).toBeInstanceOf(ProblemError)
  expect(error).toMatchObject({ code: 'dependency_down', retryAfterSeconds: 5 })
  expect(error).not.toMatchObject({ message: expect.stringContaining(words) })
  expect(error).toMatchObject({ cause: { message: expect.stringContaining(words) } })
})

test('a connection that breaks off is one that is down', async () => {
  const { error, lines } = await call((request) => void request.socket.destroy())
  expect(error).toMatchObject({ code: 'dependency_down' })
  expect(lines).toContainEqual(expect.objectContaining({ reason: 'no answer' }))
})

test('who stops the call gets their own reason back, and no second try', async () => {
  const stop = new AbortController()
  const reason = new DOMException('Spoken over.', 'AbortError')
  let tries = 0
  const { error } = await call(() => {
    tries++
    stop.abort(reason)
  }, stop.signal)
  expect([error, tries]).toEqual([reason, 1])
})
