/** Changed rights as the edge sees them: soon, and without anybody having to sign in again. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { problemOf, sessionOf } from './identity-harness.ts'
import { startOAuth, type TestOAuth } from './oauth-harness.ts'
import type { Person } from './tenant-harness.ts'

const FLAGS = '/api/admin/feature-flags'

let app: TestOAuth
let owner: string
beforeAll(async () => {
  app = await startOAuth()
  owner = app.owner.accessToken
})
afterEach(() => app.settle())
afterAll(async () => {
  vi.useRealTimers()
  await app.close()
})

const pass = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

const statusOf = async (token: string, method = 'GET', body?: object) =>
  (await app.send(method, FLAGS, body, token)).status

const setRole = (id: string, role: string) =>
  app.send('PATCH', `/api/admin/users/${id}`, { role }, owner)

/** What a client does with a 401: the cookie gets another token, at once. */
const renewed = async ({ cookie }: Person) => sessionOf(await app.renew(cookie))

test('a token with the old role is refused within fifteen seconds, and the next one is good', async () => {
  const grace = await app.person('grace', 'admin')
  expect(await statusOf(grace.token, 'POST', { name: 'hers' })).toBe(201)
  expect((await setRole(grace.id, 'viewer')).status).toBe(200)
  const { accessToken, role } = await renewed(grace)
  expect(role).toBe('viewer')

  pass(15)
  const problem = await problemOf(await app.send('GET', FLAGS, undefined, grace.token))
  expect(problem).toMatchObject({ status: 401 })
  expect(await statusOf(accessToken)).toBe(200)
  expect(await statusOf(accessToken, 'POST', { name: 'not_hers' })).toBe(403)
})

test('what a role of the tenant’s own grants is seen by all who hold it, and by nobody else', async () => {
  const permissions = ['flag.read', 'flag.write']
  await app.send('POST', '/api/admin/roles', { name: 'keeper', permissions }, owner)
  const holders = await Promise.all([app.person('kim', 'keeper'), app.person('kay', 'keeper')])
  const other = await app.person('ada', 'viewer')
  const before = await Promise.all(holders.map(renewed))
  const change = { permissions: ['flag.read'] }
  expect((await app.send('PATCH', '/api/admin/roles/keeper', change, owner)).status).toBe(200)
  pass(0.001)
  const after = await Promise.all(holders.map(renewed))

  pass(15)
  for (const { accessToken } of before) expect(await statusOf(accessToken)).toBe(401)
  for (const { accessToken } of after) expect(await statusOf(accessToken)).toBe(200)
  expect(await statusOf((await renewed(other)).accessToken)).toBe(200)
})

test('another description of a role ends nobody’s token', async () => {
  await app.send('POST', '/api/admin/roles', { name: 'reader', permissions: ['flag.read'] }, owner)
  const rob = await app.person('rob', 'reader')
  const { accessToken } = await renewed(rob)
  await app.send('PATCH', '/api/admin/roles/reader', { description: 'Reads.' }, owner)
  pass(15)
  expect(await statusOf(accessToken)).toBe(200)
})

test('whoever is removed is refused there, and goes on in their other tenants', async () => {
  const bob = await app.person('bob', 'editor')
  const elsewhere = await app.send('POST', '/api/tenants', { name: 'Bob’s' }, bob.token)
  const { id } = await elsewhere.json<{ id: string }>()
  const there = await app.tokenFor(bob, id, 'owner')
  await app.send('DELETE', `/api/admin/users/${bob.id}`, undefined, owner)
  pass(15)
  expect(await statusOf(bob.token)).toBe(401)
  expect(await statusOf(there)).toBe(200)
})

test('whoever leaves is refused there too', async () => {
  const eve = await app.person('eve', 'viewer')
  await app.send('POST', '/api/tenant/leave', undefined, eve.token)
  pass(15)
  expect(await statusOf(eve.token)).toBe(401)
})

test('an application’s token ends as well when the role of its user grants something else', async () => {
  const role = (permissions: string[]) => ({ name: 'scribe', permissions })
  await app.send('POST', '/api/admin/roles', role(['kb.read', 'kb.write']), owner)
  const [scribe, other] = [await app.person('scribe', 'scribe'), await app.person('o', 'editor')]
  const writer = await app.register({ scopes: ['kb.read', 'kb.write'] })
  const scope = 'kb.read kb.write offline_access'
  const held = await app.authorizeFully(writer, scribe, { scope })
  const others = await app.authorizeFully(writer, other, { scope })
  const { permissions } = role(['kb.read'])
  const change = await app.send('PATCH', '/api/admin/roles/scribe', { permissions }, owner)
  expect(change.status).toBe(200)
  await app.settle()

  expect(await app.useElsewhere(held.access_token)).toBe(401)
  expect(await app.useElsewhere(others.access_token)).toBe(200)
  pass(0.001)
  const next = await (await app.refresh(writer, held.refresh_token)).json<typeof held>()
  expect(next.scope).toBe('kb.read offline_access')
  expect(await app.useElsewhere(next.access_token)).toBe(200)
})
