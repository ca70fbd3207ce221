/** Contexts as callers may send them: what is too much is refused by the name of the limit. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  await app.send('POST', '/api/admin/feature-flags', { name: 'flag', enabled: true })
})
afterEach(() => app.settle())
afterAll(() => app?.close())

const evaluate = (body: string | object) => app.send('POST', '/ofrep/v1/evaluate/flags/flag', body)

test.each([
  ['contextSize', { note: 'a'.repeat(70_000) }],
  ['contextDepth', JSON.parse(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`)],
])('a context over the limit %s is refused by the limit’s name', async (limit, attributes) => {
  const refused = await evaluate({ context: { targetingKey: 'ada', ...attributes } })
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { key: 'flag', errorCode: 'INVALID_CONTEXT', errorDetails: expect.stringContaining(limit) },
  ])
})

test.each([
  ['is large, within the limit', { context: { note: 'a'.repeat(60_000) } }],
  ['names what objects inherit', '{"context":{"__proto__":{"x":1},"constructor":1,"toString":7}}'],
])('a context that %s is evaluated', async (_name, body) => {
  const response = await evaluate(body)
  expect([response.status, await response.json()]).toEqual([
    200,
    { key: 'flag', reason: 'STATIC', value: true, variant: 'on' },
  ])
})
