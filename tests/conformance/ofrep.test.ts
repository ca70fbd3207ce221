/**
 * OFREP as its clients see it: OpenFeature's server SDK over a real socket, and every answer against
 * the published schemas.
 */
import { OFREPApi, toResolutionDetails } from '@openfeature/ofrep-core-2'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { type Client, OpenFeature } from '@openfeature/server-sdk'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../http/harness.ts'
import { serveLoopback } from './loopback.ts'
import { loadOfrepSchemas } from './ofrep-schemas.ts'

const validate = await loadOfrepSchemas()

let app: TestApp
let server: Awaited<ReturnType<typeof serveLoopback>>
let client: Client
let api: OFREPApi

beforeAll(async () => {
  app = await startApp()
  server = await serveLoopback(app.request)
  for (const flag of [
    { name: 'greeting', enabled: true, defaultValue: true },
    { name: 'dark-mode', enabled: true, defaultValue: false },
    { name: 'beta.off', enabled: false, defaultValue: true },
  ]) {
    await app.send('POST', '/api/admin/feature-flags', flag)
  }
  const headers: [string, string][] = [['Authorization', `Bearer ${await app.token()}`]]
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: server.url, headers }))
  client = OpenFeature.getClient()
  api = new OFREPApi({ baseUrl: server.url, headers })
})
afterEach(() => app.settle())
afterAll(async () => {
  await OpenFeature.close()
  api.close()
  await server.close()
  await app.close()
})

const context = { targetingKey: 'ada', email: 'ada@example.com', nested: { list: [1, null] } }

test.each([
  ['greeting', false, { value: true, variant: 'on', reason: 'STATIC' }],
  ['dark-mode', true, { value: false, variant: 'off', reason: 'STATIC' }],
])('OpenFeature’s server SDK evaluates %s', async (key, fallback, details) => {
  expect(await client.getBooleanDetails(key, fallback, context)).toMatchObject(details)
  expect(await client.getBooleanValue(key, fallback)).toBe(details.value)
})

test('an unknown flag is FLAG_NOT_FOUND, and the SDK falls back to the code', async () => {
  expect(await client.getBooleanDetails('nobody_made_it', true, context)).toMatchObject({
    value: true,
    reason: 'ERROR',
    errorCode: 'FLAG_NOT_FOUND',
  })
})

test('a flag asked for as another type is a mismatch, and the SDK falls back to the code', async () => {
  expect(await client.getStringDetails('greeting', 'plain', context)).toMatchObject({
    value: 'plain',
    errorCode: 'TYPE_MISMATCH',
  })
})

test.each([true, false])('a flag that is off leaves %s of the code in place', async (fallback) => {
  const { value, httpStatus } = await api.postEvaluateFlag('beta.off', { context })
  expect(httpStatus).toBe(200)
  expect(toResolutionDetails(value as never, fallback)).toMatchObject({
    value: fallback,
    reason: 'DISABLED',
  })
  expect(await client.getBooleanValue('beta.off', fallback, context)).toBe(fallback)
})

test.each(['no/such flag', 'GREETING', 'ключ', '%', 'a?b#c', 'x'.repeat(1000)])(
  'the key %s arrives as it was meant, and comes back',
  async (key) => {
    const { value, httpStatus } = await api.postEvaluateFlag(key, { context })
    expect([httpStatus, value]).toMatchObject([404, { key, errorCode: 'FLAG_NOT_FOUND' }])
  },
)

test('a client without a credential is told so by the status alone', async () => {
  const stranger = new OFREPApi({ baseUrl: server.url })
  await expect(stranger.postEvaluateFlag('greeting', { context })).rejects.toMatchObject({
    response: { status: 401 },
  })
})

const EVALUATION = '/ofrep/v1/evaluate/flags/'

test.each([
  ['a flag that is on', 200, 'greeting', { context }],
  ['a flag that is off', 200, 'beta.off', { context }],
  ['nobody in particular', 200, 'greeting', { context: {} }],
  ['an unknown flag', 404, 'nobody_made_it', { context }],
  ['a key that is no valid percent-encoding', 404, '%E0%A4%A', { context }],
  ['an empty targeting key', 400, 'greeting', { context: { targetingKey: '' } }],
  ['a targeting key that is no text', 400, 'greeting', { context: { targetingKey: 7 } }],
  ['no context', 400, 'greeting', {}],
  ['a context that is no object', 400, 'greeting', { context: 'ada' }],
  ['a list as body', 400, 'greeting', []],
  ['malformed JSON', 400, 'greeting', '{'],
  ['no body', 400, 'greeting', ''],
])('the answer for %s has the published form', async (_name, status, key, body) => {
  const response = await app.send('POST', EVALUATION + key, body)
  const answer: unknown = await response.json()
  expect([response.status, response.headers.get('content-type')]).toEqual([
    status,
    'application/json',
  ])
  expect(faultsOf(status, answer)).toEqual([])
})

test('a failure of ours has the published form, and what the clients need beside', async () => {
  app.neon.setUp(false)
  // Of any other tenant a file that ran before may have left a snapshot in memory.
  const who = { tenant: crypto.randomUUID() }
  const response = await app.send('POST', `${EVALUATION}never_asked`, { context }, who)
  app.neon.setUp(true)
  const answer = await response.json()
  expect(answer).toMatchObject({ key: 'never_asked', errorCode: 'GENERAL' })
  expect(faultsOf(response.status, answer)).toEqual([])
})

test.each([
  ['TARGETING_KEY_MISSING', { context: { targetingKey: '' } }],
  ['INVALID_CONTEXT', {}],
  ['INVALID_CONTEXT', { context: [] }],
  ['PARSE_ERROR', '{'],
  ['PARSE_ERROR', ''],
])('the code is %s for %j', async (errorCode, body) => {
  const response = await app.send('POST', `${EVALUATION}greeting`, body)
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { key: 'greeting', errorCode, errorDetails: expect.any(String) },
  ])
})

test('a role that may not evaluate is refused', async () => {
  const viewer = await app.send('POST', `${EVALUATION}greeting`, { context }, { role: 'nobody' })
  expect([401, 403]).toContain(viewer.status)
})

test('the published document is there to validate against', ({ skip }) => {
  skip(!validate, 'OFREP’s openapi.yaml is not beside this checkout; name it in OFREP_OPENAPI')
  expect(validate?.(200, { key: 'a', reason: 'NO_SUCH_REASON', value: true })).not.toEqual([])
  expect(validate?.(404, { key: 'a', errorCode: 'GENERAL' })).not.toEqual([])
})

/** Without the document nothing is known to be wrong; the test above says that it is not there. */
const faultsOf = (status: number, body: unknown) => validate?.(status, body) ?? []
