/** The door to a voice session. What is behind it runs in workerd: tests/worker, tests/e2e. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const PATH = '/v1/realtime?model=voiceassist'

/** The error object of the OpenAI API, which its clients read on /v1. */
async function errorOf(response: Response) {
  const { error } = await response.json<{ error: Record<string, unknown> }>()
  return { status: response.status, type: error['type'], code: error['code'] }
}

test('a caller without a credential is told how to get one', async () => {
  expect(await errorOf(await app.knock(PATH))).toEqual({
    status: 401,
    type: 'authentication_error',
    code: 'unauthenticated',
  })
})

test('a role without voice.start is refused', async () => {
  expect(await errorOf(await app.send('GET', PATH, undefined, { role: 'viewer' }))).toEqual({
    status: 403,
    type: 'permission_error',
    code: 'forbidden',
  })
})

test('plain HTTP is told to speak WebSocket', async () => {
  const error = await errorOf(await app.send('GET', PATH))
  expect(error).toMatchObject({ status: 426, code: 'upgrade_required' })
})

test.each(['/v1/realtime', '/v1/realtime?model='])('%s names no model', async (path) => {
  const error = await errorOf(await app.send('GET', path))
  expect(error).toEqual({ status: 400, type: 'invalid_request_error', code: 'invalid_fields' })
})

test('the credential of a browser may come as a subprotocol, in an upgrade only', async () => {
  const token = await app.token()
  const protocol = `realtime, openai-insecure-api-key.${token}`
  const headers = { 'sec-websocket-protocol': protocol, upgrade: 'websocket' }
  const plain = await app.request(PATH, { headers: { 'sec-websocket-protocol': protocol } })
  expect(plain.status).toBe(401)
  const opened: unknown[] = []
  const object = {
    open: (...given: unknown[]) => void opened.push(...given),
    fetch: async (request: Request) => {
      opened.push(Object.fromEntries(request.headers))
      throw new Error('workerd goes on from here')
    },
  }
  Object.assign(app.env, { VOICE_SESSIONS: { getByName: () => object } })
  await app.request(PATH, { headers })
  expect(opened).toMatchObject([
    { tenantId: 'acme', actor: { userId: 'ada' } },
    { model: 'voiceassist' },
    { upgrade: 'websocket' },
  ])
  expect(JSON.stringify(opened)).not.toContain(token)
})
