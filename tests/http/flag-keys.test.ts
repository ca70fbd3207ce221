/** Keys and flags: a key reads its own environment and nothing of another, and what a flag asks of its holder. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { PATH, startKeys } from './api-key-harness.ts'
import { problemOf } from './identity-harness.ts'

const FLAGS = '/api/admin/feature-flags'
const ALL = '/ofrep/v1/evaluate/flags'
const BODY = { context: { targetingKey: 'ada' } }

let keys: Awaited<ReturnType<typeof startKeys>>
let production: ApiKeySecret
let staging: ApiKeySecret

beforeAll(async () => {
  keys = await startKeys()
  const environments = { staging: { defaultValue: 'try this' } }
  const flag = {
    name: 'banner',
    type: 'string',
    defaultValue: 'buy this',
    enabled: true,
    clientVisible: true,
  }
  await keys.call('POST', FLAGS, { ...flag, environments })
  production = await keys.make({ kind: 'client', scopes: undefined })
  staging = await keys.make({ kind: 'client', scopes: undefined, environment: 'staging' })
})
afterAll(async () => {
  await keys.app.settle()
  await keys.app.close()
})

function ask({ key }: ApiKeySecret, path: string, headers: Record<string, string> = {}) {
  const given = { 'x-api-key': key, 'content-type': 'application/json', ...headers }
  return keys.app.request(path, { method: 'POST', headers: given, body: JSON.stringify(BODY) })
}

const valueOf = async (key: ApiKeySecret) =>
  (await (await ask(key, `${ALL}/banner`)).json<{ value: string }>()).value

const features = ({ key }: ApiKeySecret, headers: Record<string, string> = {}) =>
  keys.app.request(`/api/features/${key}`, { headers })

test('the environment is chosen with the key, shown with it, and kept by a rotation', async () => {
  expect([production.environment, staging.environment]).toEqual(['production', 'staging'])
  const turned = await keys.rotate(staging.id, { overlapHours: 1 })
  expect(turned.environment).toBe('staging')
  expect(await valueOf(turned)).toBe('try this')
  const { items } = await (await keys.call('GET', PATH)).json<{ items: ApiKeySecret[] }>()
  expect(items.map(({ environment }) => environment).toSorted()).toEqual(['production', 'staging'])
})

test('an environment that is not there, or cannot be one, is refused by the name of the field', async () => {
  for (const environment of ['nowhere', 'No Name']) {
    const response = await keys.call('POST', PATH, { name: 'x', kind: 'client', environment })
    expect(response.status).toBe(422)
    expect(await problemOf(response)).toMatchObject({
      errors: [{ in: 'json', pointer: '/environment' }],
    })
  }
})

test('each key has the values of its environment', async () => {
  expect([await valueOf(production), await valueOf(staging)]).toEqual(['buy this', 'try this'])
  const server = await keys.make({ scopes: ['flag.evaluate'], environment: 'staging' })
  expect(await valueOf(server)).toBe('try this')
})

test('an entity tag of one environment is never the answer of another', async () => {
  const tags: string[] = []
  for (const key of [production, staging]) {
    const answer = await ask(key, ALL)
    tags.push(answer.headers.get('etag') ?? '')
    expect((await ask(key, ALL, { 'if-none-match': tags.at(-1) ?? '' })).status).toBe(304)
  }
  const [ours = '', theirs = ''] = tags
  // Equal versions, so that nothing but the environment tells the two apart.
  expect(ours.split('.')[0]).toBe(theirs.split('.')[0])
  expect((await ask(staging, ALL, { 'if-none-match': ours })).status).toBe(200)
  expect((await ask(production, ALL, { 'if-none-match': theirs })).status).toBe(200)
})

test('GrowthBook’s payload and its tag are of the key’s environment', async () => {
  const own = await features(staging)
  expect(await own.text()).toContain('try this')
  const other = await features(production)
  expect(await other.clone().text()).not.toContain('try this')
  const tag = own.headers.get('etag') ?? ''
  expect((await features(staging, { 'if-none-match': tag })).status).toBe(304)
  expect((await features(production, { 'if-none-match': tag })).status).toBe(200)
})

test('a ticket opens the stream of the key’s environment, and cannot be made into another’s', async () => {
  const { eventStreams } = await (
    await ask(staging, ALL)
  ).json<{ eventStreams: { endpoint: { requestUri: string } }[] }>()
  const address = new URL(eventStreams[0]?.endpoint.requestUri ?? '', 'http://x')
  const [body = '', mac] = (address.searchParams.get('ticket') ?? '').split('.')
  const claims: unknown[] = JSON.parse(Buffer.from(body, 'base64url').toString())
  expect(claims.slice(0, 2)).toEqual([keys.tenantId, 'staging'])
  const forged = JSON.stringify(claims.map((claim) => (claim === 'staging' ? 'production' : claim)))
  const ticket = `${Buffer.from(forged).toString('base64url')}.${mac}`
  expect((await keys.app.request(`/ofrep/v1/stream?ticket=${ticket}`)).status).toBe(401)
})

test('the platform itself asks the flags of the environment whose key it serves', async () => {
  const off = { environments: { staging: { defaultValue: false } } }
  expect((await keys.call('PATCH', `${FLAGS}/openai_enabled`, off)).status).toBe(200)
  const details: unknown[] = []
  for (const environment of ['staging', 'production']) {
    const { key } = await keys.make({ scopes: ['rag.query'], environment })
    const answer = await keys.call('POST', '/api/ask', { question: 'Who pages whom?' }, key)
    details.push(answer.status === 200 ? 'answered' : (await problemOf(answer)).detail)
  }
  expect(details[0]).toContain('openai_enabled is false')
  expect(details[1]).not.toContain('openai_enabled')
})

test('rbac_strict_mode: a right that was taken away is gone at once, not when the token ends', async () => {
  const draft = () => ({ name: `flag_${crypto.randomUUID().slice(0, 8)}` })
  const key = await keys.make({ scopes: ['flag.write', 'flag.read'] })
  const create = async (credential?: string) =>
    (await keys.call('POST', FLAGS, draft(), credential)).status
  const tell = (role: string) => keys.sql('update auth.members set role = $1', [role])
  expect(await create(key.key)).toBe(201)
  await tell('viewer')
  await keys.sql('update auth.api_keys set revoked_at = now() where id = $1', [key.id])
  // The token and what is remembered of the key still say so.
  expect([await create(), await create(key.key)]).toEqual([201, 201])
  await keys.call('PATCH', `${FLAGS}/rbac_strict_mode`, { defaultValue: true })
  expect([await create(), await create(key.key)]).toEqual([403, 401])
  expect((await keys.call('GET', FLAGS)).status).toBe(200)
  await tell('owner')
  expect(await create()).toBe(201)
})
