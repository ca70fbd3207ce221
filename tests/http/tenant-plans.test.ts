/** Plans of single tenants: set by those who run the platform, carried by tokens, met by the limiter. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { PLANS } from '../../workers/limits/plans.ts'
import { problemOf, sessionOf } from './identity-harness.ts'
import { startPlatform, type TestPlatform } from './platform-harness.ts'
import type { Person } from './tenant-harness.ts'

let app: TestPlatform
let user: Person
beforeAll(async () => {
  app = await startPlatform()
  user = await app.person('ann', 'owner')
})
afterEach(() => app.settle())
afterAll(() => app.close())

const call = (method: string, id: string, body?: object, token = app.root.token) =>
  app.send(method, `/api/admin/tenants/${id}/plan`, body, token)
const setPlan = (plan: string | null) => call('PUT', app.tenantId, { plan })
const fresh = async () => (await sessionOf(await app.renew(user.cookie))).accessToken

/** What an answer of a metered route says of its limits; the route itself refuses the empty request. */
async function policyOf(credential: string) {
  const answer = await app.send(
    'POST',
    '/api/admin/teams',
    { name: crypto.randomUUID() },
    credential,
  )
  return answer.headers.get('ratelimit-policy')
}
const policy = (plan: 'standard' | 'large') => {
  const { caller, tenant } = PLANS[plan]['admin.write']
  return `"admin.write-caller";q=${caller.limit};w=60, "admin.write-tenant";q=${tenant.limit};w=60`
}

test('a tenant has the plan of the deployment until it gets one of its own, and again after', async () => {
  expect(await (await call('GET', app.tenantId)).json()).toEqual({ plan: null })
  const plain = await fresh()
  expect(decodeJwt(plain)).not.toHaveProperty('pln')
  expect(await policyOf(plain)).toBe(policy('standard'))

  expect(await (await setPlan('large')).json()).toEqual({ plan: 'large' })
  expect(await (await call('GET', app.tenantId)).json()).toEqual({ plan: 'large' })
  const large = await fresh()
  expect(decodeJwt(large)['pln']).toBe('large')
  expect(await policyOf(large)).toBe(policy('large'))

  await setPlan('unmetered')
  expect(await policyOf(await fresh())).toBeNull()
  await setPlan(null)
  expect(await policyOf(await fresh())).toBe(policy('standard'))
  const told = (await app.events()).filter((event) => event === 'admin.tenant.update')
  expect(told).toHaveLength(3)
})

test('the tenant’s API keys have its plan too', async () => {
  await setPlan('large')
  const given = { name: 'Importer', scopes: ['flag.write'] }
  const made = await app.send('POST', '/api/admin/api-keys', given, user.token)
  const { key } = await made.json<ApiKeySecret>()
  const answer = await app.send('POST', '/api/admin/feature-flags', { name: 'by_key' }, key)
  expect([answer.status, answer.headers.get('ratelimit-policy')]).toEqual([201, policy('large')])
  await setPlan(null)
})

test('so has a session dialled with a voice key, of whoever asked for it', async () => {
  const dial = async () => {
    const made = await app.send('POST', '/v1/realtime/client_secrets', {}, await fresh())
    const { value } = await made.json<{ value: string }>()
    const headers = { authorization: `Bearer ${value}` }
    const answer = await app.request('/v1/realtime?model=voiceassist', { headers })
    // Counted before it says that it wants a WebSocket.
    return [answer.status, answer.headers.get('ratelimit-limit')]
  }
  expect(await dial()).toEqual([426, String(PLANS.standard['voice.start'].caller.limit)])
  await setPlan('large')
  expect(await dial()).toEqual([426, String(PLANS.large['voice.start'].caller.limit)])
  await setPlan(null)
})

test('only those who run the platform set it, to a plan there is, of a tenant there is', async () => {
  expect((await call('PUT', app.tenantId, { plan: 'large' }, user.token)).status).toBe(403)
  expect((await call('GET', app.tenantId, undefined, user.token)).status).toBe(403)
  expect(await problemOf(await setPlan('golden'))).toMatchObject({
    status: 422,
    errors: [{ pointer: '/plan' }],
  })
  for (const method of ['GET', 'PUT']) {
    const body = method === 'PUT' ? { plan: 'large' } : undefined
    expect((await call(method, 'no-such-tenant', body)).status).toBe(404)
  }
})
