/** What holds for every answer of the API, whatever the route. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createApp } from '../../workers/app.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterEach(() => app.settle())
afterAll(() => app.close())

/** Refusals and failures are answers too. */
test.each([
  ['what it has', 'GET', '/api/admin/feature-flags', 200],
  ['of an unknown thing', 'GET', '/api/admin/feature-flags/none', 404],
  ['of an unknown path', 'GET', '/api/nothing', 404],
  ['of bad input', 'POST', '/api/admin/feature-flags', 422],
  ['an evaluation', 'POST', '/ofrep/v1/evaluate/flags/none', 400],
  ['of a question', 'POST', '/api/ask', 200],
  ['an export', 'GET', '/api/admin/audit/export?format=csv', 200],
])(
  'no answer of the API may be kept or read as another type: %s',
  async (_name, method, path, status) => {
    const body = method === 'POST' ? { question: 'What is there?' } : undefined
    const answer = await app.send(method, path, body)
    await answer.text()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  },
)

test('nor may an answer that streams', async () => {
  const headers = { authorization: `Bearer ${await app.token()}`, accept: 'text/event-stream' }
  const init = { method: 'POST', body: JSON.stringify({ question: 'What is there?' }) }
  const type = { 'content-type': 'application/json' }
  const answer = await app.request('/api/ask', { ...init, headers: { ...headers, ...type } })
  await answer.text()
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('nor may a refusal', async () => {
  const { status, headers } = await app.knock('/api/admin/feature-flags')
  expect(status).toBe(401)
  expect(headers.get('cache-control')).toBe('no-store')
})

test('no route answers TRACE', async () => {
  const methods = new Set(createApp().routes.map(({ method }) => method))
  // ALL is middleware: guards.test.ts.
  expect([...methods].toSorted()).toEqual(['ALL', 'DELETE', 'GET', 'PATCH', 'POST', 'PUT'])
})

test('a credential in the address is none', async () => {
  const token = await app.token()
  for (const name of ['access_token', 'token', 'api_key', 'authorization']) {
    const answer = await app.knock(`/api/admin/feature-flags?${name}=${token}`)
    expect([name, answer.status]).toEqual([name, 401])
  }
})

test('an unexpected failure shows nothing of itself', async () => {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)))
  const failing = { limit: () => Promise.reject(new Error('inner')) }
  const headers = { authorization: `Bearer ${await app.token()}`, 'cf-connecting-ip': '192.0.2.1' }
  const env = { ...app.env, FLOOD_LIMIT: failing }
  const answer = await app.app.request('/api/admin/feature-flags', { headers }, env, app.execution)
  log.mockRestore()
  const text = await answer.text()
  expect(answer.status).toBe(500)
  expect(JSON.parse(text)).toMatchObject({ code: 'internal' })
  expect(text).not.toMatch(/inner|\.ts|at /)
  expect(lines.join()).toMatch(/request failed.*inner/)
})
