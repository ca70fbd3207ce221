/** Characters a database cannot hold are a field's fault, on whatever route they come. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const FLAGS = '/api/admin/feature-flags'

test.each<[string, string, string | undefined, string, string]>([
  ['POST', FLAGS, '{"name":"a","description":"x\\u0000"}', 'json', '/description'],
  ['POST', FLAGS, '{"name":"a","type":"string","defaultValue":"\\ud800"}', 'json', '/defaultValue'],
  ['POST', FLAGS, '{"name":"a","metadata":{"k\\u0000":1}}', 'json', '/metadata/k\0'],
  ['GET', `${FLAGS}?search=%00`, undefined, 'query', '/search'],
  ['GET', '/api/conversations?q=%00', undefined, 'query', '/q'],
  ['POST', '/api/assistant/messages', '{"message":"hi \\u0000"}', 'json', '/message'],
  ['POST', '/api/ask', '{"question":"hi \\udc00"}', 'json', '/question'],
])('%s %s %s', async (method, path, body, target, pointer) => {
  const answer = await app.send(method, path, body)
  expect([answer.status, await answer.json()]).toMatchObject([
    422,
    { code: 'invalid_fields', errors: [{ in: target, pointer }] },
  ])
})
