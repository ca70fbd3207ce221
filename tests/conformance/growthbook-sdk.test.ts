/** GrowthBook’s own SDK with the snapshots we publish: it evaluates by itself, as the engine does. */
import { GrowthBook, setPolyfills } from '@growthbook/growthbook'
import { EventSource } from 'eventsource'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { createAnnouncingHubs } from '../http/flag-hubs.ts'
import { sessionOf, startIdentity } from '../http/identity-harness.ts'
import { serveLoopback } from './loopback.ts'

let app: Awaited<ReturnType<typeof startIdentity>>
let server: Awaited<ReturnType<typeof serveLoopback>>
let owner: string
let clientKey: string
const hubs = createAnnouncingHubs()

beforeAll(async () => {
  setPolyfills({ EventSource })
  app = await startIdentity()
  Object.assign(app.env, { FLAG_HUBS: hubs })
  server = await serveLoopback(app.request)
  owner = (await sessionOf(await app.setUp())).accessToken
  const post = (path: string, body: object) => app.send('POST', path, body, owner)
  const rule = { type: 'force', id: 'de', condition: { country: 'DE' }, value: 'hallo' }
  for (const flag of [
    {
      name: 'greeting',
      type: 'string',
      defaultValue: 'hi',
      clientVisible: true,
      environments: { production: { rules: [rule] } },
    },
    { name: 'inner_workings' },
  ]) {
    await post('/api/admin/feature-flags', { ...flag, enabled: true })
  }
  const made = await post('/api/admin/api-keys', { name: 'Shop', kind: 'client' })
  clientKey = (await made.json<ApiKeySecret>()).key
})
afterAll(async () => {
  await app.settle()
  await server.close()
  await app.close()
})

test.each([
  ['DE', 'hallo'],
  ['FR', 'hi'],
])('the SDK evaluates by itself: in %s it says %s', async (country, value) => {
  const growthbook = new GrowthBook({ apiHost: server.url, clientKey, attributes: { country } })
  const { success } = await growthbook.init({ timeout: 5000 })
  expect([success, growthbook.getFeatureValue('greeting', '')]).toEqual([true, value])
  expect(growthbook.getFeatures()).not.toHaveProperty('inner_workings')
  growthbook.destroy()
})

test('a change reaches the SDK over its stream, as the whole payload', async () => {
  const growthbook = new GrowthBook({ apiHost: server.url, clientKey, attributes: {} })
  await growthbook.init({ timeout: 5000, streaming: true })
  await vi.waitFor(() => expect(hubs.sockets.size).toBe(1), 5000)
  const said = () => growthbook.getFeatureValue('greeting', '')
  for (const defaultValue of ['hello', 'good day']) {
    await app.send('PATCH', '/api/admin/feature-flags/greeting', { defaultValue }, owner)
    await vi.waitFor(() => expect(said()).toBe(defaultValue), 5000)
  }
  expect(growthbook.getFeatures()).not.toHaveProperty('inner_workings')
  growthbook.destroy({ destroyAllStreams: true })
  await vi.waitFor(() => expect(hubs.sockets.size).toBe(0), 5000)
  await app.send('PATCH', '/api/admin/feature-flags/greeting', { defaultValue: 'hi' }, owner)
})

test('what is not for clients is not in the payload, and the payload has a tag', async () => {
  const path = `/api/features/${clientKey}`
  const response = await app.request(path, { headers: { origin: 'https://shop.example' } })
  expect(Object.keys(Object(await response.json()).features)).toEqual(['greeting'])
  expect(response.headers.get('x-sse-support')).toBe('enabled')
  expect(response.headers.get('access-control-expose-headers')).toContain('x-sse-support')
  const tag = response.headers.get('etag') ?? ''
  expect((await app.request(path, { headers: { 'if-none-match': tag } })).status).toBe(304)
})

test.each(['', 'x', 'va_live_AAAAAAAAAAAAAAAAA'])(
  'the key %j in the path opens nothing',
  async (key) => {
    for (const path of [`/api/features/${key}`, `/sub/${key}`]) {
      expect([401, 404]).toContain((await app.request(path)).status)
    }
  },
)
