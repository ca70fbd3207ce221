/** Voice keys over HTTP: made by the edge and the identity Worker, brought back to /v1/realtime. */
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { sessionOf, startIdentity } from './identity-harness.ts'

const PATH = '/v1/realtime/client_secrets'

let app: Awaited<ReturnType<typeof startIdentity>>
let owner: string
let tenantId: string
/** What voice sessions' objects were told, by name, in order. */
let told: { name: string; opening: Record<string, unknown>; owner: Record<string, unknown> }[]
let verdict: string

beforeAll(async () => {
  app = await startIdentity()
  const session = await sessionOf(await app.setUp())
  owner = session.accessToken
  tenantId = session.tenant.id
  const objectOf = (name: string) => ({
    admit: async (by: Record<string, unknown>, opening: Record<string, unknown>) => {
      told.push({ name, opening, owner: by })
      return { verdict, ticket: 'ticket' }
    },
    fetch: async () => {
      throw new Error('workerd goes on from here')
    },
  })
  Object.assign(app.env, { VOICE_SESSIONS: { getByName: objectOf } })
})
beforeEach(() => {
  told = []
  verdict = 'first'
})
afterEach(() => vi.useRealTimers())
afterAll(() => app.close())

interface Secret {
  value: string
  expires_at: number
  session: Record<string, unknown>
}

async function make(body: object = {}, credential = owner): Promise<Secret> {
  const response = await app.send('POST', PATH, body, credential)
  expect(response.status).toBe(200)
  return response.json()
}

async function dial(key: string, { path = '/v1/realtime?model=voiceassist', headers = {} } = {}) {
  const protocol = `realtime, openai-insecure-api-key.${key}`
  const response = await app.request(path, {
    headers: { upgrade: 'websocket', 'sec-websocket-protocol': protocol, ...headers },
  })
  const { error } = await response.json<{ error: { code: string; message: string } }>()
  return { status: response.status, ...error }
}

test('OpenAI’s own client gets a key of its own shape', async () => {
  const client = new OpenAI({
    apiKey: owner,
    baseURL: 'http://localhost/v1',
    fetch: (url, init) =>
      app.request(new URL(url instanceof Request ? url.url : url).pathname, init),
  })
  const before = Math.floor(Date.now() / 1000)
  const secret = await client.realtime.clientSecrets.create({
    expires_after: { anchor: 'created_at', seconds: 60 },
    session: { type: 'realtime', model: 'gpt-realtime', instructions: 'Be brief.' },
  })
  expect(secret.value).toMatch(/^ek_[\w.-]+$/)
  expect(secret.expires_at - before).toBeGreaterThanOrEqual(60)
  expect(secret.session).toMatchObject({
    type: 'realtime',
    object: 'realtime.session',
    model: 'gpt-realtime',
    instructions: 'Be brief.',
    audio: { output: { voice: expect.any(String) } },
  })
})

test('a key lives ten minutes unless told, and opens the session named by its id', async () => {
  const before = Math.floor(Date.now() / 1000)
  const secret = await make({ session: { type: 'realtime', instructions: 'Be brief.' } })
  expect(Math.abs(secret.expires_at - before - 600)).toBeLessThanOrEqual(5)
  await dial(secret.value)
  expect(told).toMatchObject([
    {
      name: `${tenantId}:${String(secret.session['id'])}`,
      owner: { tenantId, actor: { type: 'user' } },
      opening: {
        sessionId: secret.session['id'],
        model: 'voiceassist',
        session: { type: 'realtime', instructions: 'Be brief.' },
        keyExpiresAt: secret.expires_at * 1000,
        maker: 'allowed',
      },
    },
  ])
  expect(JSON.stringify(told)).not.toContain(secret.value)
})

test('a program with an API key makes voice keys too, and they are its', async () => {
  const given = { name: 'Kiosk', scopes: ['voice.start'], environment: 'staging' }
  const response = await app.send('POST', '/api/admin/api-keys', given, owner)
  const { key, id } = await response.json<ApiKeySecret>()
  const secret = await make({}, key)
  await dial(secret.value)
  expect(told[0]?.owner).toMatchObject({
    actor: { type: 'key', keyId: id, environment: 'staging' },
  })
  await app.settle()
})

test.each([
  ['too short a life', { expires_after: { anchor: 'created_at', seconds: 9 } }],
  ['too long a life', { expires_after: { anchor: 'created_at', seconds: 7201 } }],
  ['another kind of session', { session: { type: 'transcription' } }],
  [
    'settings too long for a header',
    { session: { type: 'realtime', instructions: 'é'.repeat(1001) } },
  ],
  ['a path as origin', { origin: 'https://shop.example/x' }],
  ['a field nobody knows', { expires_in: 60 }],
])('%s is refused in OpenAI’s words', async (_name, body) => {
  const response = await app.send('POST', PATH, body, owner)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
})

test('the longest settings make a key that still fits', async () => {
  const overhead = JSON.stringify({ type: 'realtime', instructions: '' }).length
  const instructions = 'é'.repeat((2000 - overhead) / 2)
  const secret = await make({
    session: { type: 'realtime', instructions },
    origin: 'https://shop.example',
  })
  expect(secret.value.length).toBeLessThan(4096)
  await dial(secret.value, { headers: { origin: 'https://shop.example' } })
  expect(told).toMatchObject([{ opening: { session: { instructions } } }])
})

test('a key opens no other route, and makes no other key', async () => {
  const { value } = await make()
  for (const [method, path] of [
    ['GET', '/api/admin/feature-flags'],
    ['POST', PATH],
    ['POST', '/api/ask'],
  ] as const) {
    const body = method === 'GET' ? undefined : {}
    expect((await app.send(method, path, body, value)).status).toBe(401)
  }
  const { status } = await dial(owner.replace(/^/, 'ek_'))
  expect(status).toBe(401)
  expect(told).toEqual([])
})

test('a key for one page and one model is refused to others', async () => {
  const session = { type: 'realtime', model: 'calm' }
  const { value } = await make({ session, origin: 'https://shop.example' })
  const headers = { origin: 'https://shop.example' }
  expect(await dial(value, { headers })).toMatchObject({
    status: 403,
    message: expect.stringContaining('calm'),
  })
  const path = '/v1/realtime?model=calm'
  expect((await dial(value, { path })).status).toBe(403)
  await dial(value, { path: '/v1/realtime', headers })
  await dial(value, { path, headers })
  expect(told.map(({ opening }) => opening['model'])).toEqual(['calm', 'calm'])
})

test.each([
  ['rival', 409],
  ['expired', 401],
  ['revoked', 401],
  ['unsure', 503],
])('what its session says of a dial, %s, becomes %i', async (said, status) => {
  const { value } = await make()
  verdict = said
  expect((await dial(value)).status).toBe(status)
})

test('past its end a key reaches its session while that could live, and then no more', async () => {
  const { value } = await make({ expires_after: { anchor: 'created_at', seconds: 10 } })
  const start = Date.now()
  const at = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: start + ms })
  at(3_600_000)
  verdict = 'again'
  await dial(value)
  expect(told).toHaveLength(1)
  at(3_800_000)
  expect((await dial(value)).status).toBe(401)
  expect(told).toHaveLength(1)
})

test('a key’s session hears whether its maker may still start one', async () => {
  const sql = (text: string) => connect(app.database.owner).query(text)
  const response = await app.send(
    'POST',
    '/api/admin/api-keys',
    { name: 'Till', scopes: ['voice.start'] },
    owner,
  )
  const { key, id } = await response.json<ApiKeySecret>()
  const [mine, its] = [await make(), await make({}, key)]
  const heard = async (secret: Secret) => {
    await dial(secret.value)
    return told.at(-1)?.opening['maker']
  }
  expect([await heard(mine), await heard(its)]).toEqual(['allowed', 'allowed'])

  await app.send('DELETE', `/api/admin/api-keys/${id}`, undefined, owner)
  await sql(`update auth.members set role = 'viewer'`)
  expect([await heard(mine), await heard(its)]).toEqual(['revoked', 'revoked'])
  await sql(`update auth.members set role = 'owner'`)
  app.binding.isDown = true
  expect(await heard(mine)).toBe('unknown')
  app.binding.isDown = false
  await app.settle()
})

test('whoever lost the right a moment ago gets no key, and while identity is down nobody does', async () => {
  const sql = (text: string) => connect(app.database.owner).query(text)
  await sql(`update auth.members set role = 'viewer'`)
  expect((await app.send('POST', PATH, {}, owner)).status).toBe(403)
  await sql(`update auth.members set role = 'owner'`)
  app.binding.isDown = true
  const response = await app.send('POST', PATH, {}, owner)
  app.binding.isDown = false
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
})
