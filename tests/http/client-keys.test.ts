/** Keys that are in web pages: what they open, from which pages, and what browsers ask first. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { sessionOf, startIdentity } from './identity-harness.ts'

const EVALUATE = '/ofrep/v1/evaluate/flags/new_greeting'
const SHOP = 'https://shop.example'
const BODY = { context: { targetingKey: 'ada' } }

let app: Awaited<ReturnType<typeof startIdentity>>
let owner: string

beforeAll(async () => {
  app = await startIdentity()
  owner = (await sessionOf(await app.setUp())).accessToken
  for (const flag of [{ name: 'new_greeting', clientVisible: true }, { name: 'inner_workings' }]) {
    await app.send('POST', '/api/admin/feature-flags', { ...flag, enabled: true }, owner)
  }
})
afterAll(async () => {
  await app.settle()
  await app.close()
})

async function make(origins?: string[]): Promise<string> {
  const given = { name: 'Shop', kind: 'client', ...(origins && { origins }) }
  const response = await app.send('POST', '/api/admin/api-keys', given, owner)
  const { key, scopes } = await response.json<ApiKeySecret>()
  expect([response.status, scopes, key.slice(0, 10)]).toEqual([
    201,
    ['flag.evaluate'],
    'va_client_',
  ])
  return key
}

const evaluate = (key: string, origin?: string) =>
  app.request(EVALUATE, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(origin && { origin }),
    },
    body: JSON.stringify(BODY),
  })

const readableBy = (response: Response) => response.headers.get('access-control-allow-origin')

test('a client key evaluates flags and opens nothing else', async () => {
  const key = await make()
  const answer = await evaluate(key)
  expect([answer.status, await answer.json()]).toEqual([
    200,
    expect.objectContaining({ value: true }),
  ])
  for (const path of [
    '/api/admin/feature-flags',
    '/api/admin/kb/documents',
    '/v1/realtime?model=x',
  ]) {
    expect((await app.send('GET', path, undefined, key)).status).toBe(403)
  }
})

test('a client key sees no flag that is not for clients, one by one or all together', async () => {
  const headers = { 'x-api-key': await make(), 'content-type': 'application/json' }
  const ask = (path: string) =>
    app.request(path, { method: 'POST', headers, body: JSON.stringify(BODY) })
  const all = await ask('/ofrep/v1/evaluate/flags')
  expect(await all.json()).toMatchObject({ flags: [{ key: 'new_greeting', value: true }] })
  expect((await ask('/ofrep/v1/evaluate/flags/inner_workings')).status).toBe(404)
  const own = await app.send('POST', '/ofrep/v1/evaluate/flags/inner_workings', BODY, owner)
  expect(own.status).toBe(200)
})

test('a key for some pages is refused to all others, and to programs', async () => {
  const key = await make([SHOP, 'https://www.shop.example'])
  const there = await evaluate(key, SHOP)
  expect([there.status, readableBy(there)]).toEqual([200, SHOP])
  expect(there.headers.get('vary')).toMatch(/origin/i)
  for (const origin of ['https://shop.example.evil.example', 'https://shop.example:8443', 'null']) {
    const elsewhere = await evaluate(key, origin)
    expect([elsewhere.status, readableBy(elsewhere)]).toEqual([403, null])
    expect(await elsewhere.text()).toContain(SHOP)
  }
  expect((await evaluate(key)).status).toBe(403)
})

test('a page may read why its request failed', async () => {
  const answers = [await evaluate('va_client_nonsense', SHOP), await evaluate(await make(), SHOP)]
  expect(answers.map(readableBy)).toEqual([SHOP, SHOP])
  for (const name of ['etag', 'retry-after', 'x-request-id', 'x-sse-support']) {
    expect(answers[1]?.headers.get('access-control-expose-headers')).toContain(name)
  }
})

test('a preflight needs no credential', async () => {
  const headers = {
    origin: SHOP,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, content-type',
  }
  const response = await app.request(EVALUATE, { method: 'OPTIONS', headers })
  expect([response.status, readableBy(response)]).toEqual([204, SHOP])
  expect(response.headers.get('access-control-allow-methods')).toContain('POST')
  expect(response.headers.get('access-control-allow-headers')).toContain('authorization')
  expect(response.headers.get('access-control-allow-credentials')).toBeNull()
})

test('no other path is open to pages of other origins', async () => {
  const headers = { origin: SHOP, 'access-control-request-method': 'POST' }
  for (const path of ['/api/ask', '/api/admin/api-keys', '/v1/realtime/client_secrets']) {
    const response = await app.request(path, { method: 'OPTIONS', headers })
    expect(readableBy(response)).toBeNull()
  }
})
