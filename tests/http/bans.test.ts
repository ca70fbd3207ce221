/** Accounts that those who run the platform suspend: what ends at once, what is refused, what is told. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { Account, AccountList } from '../../workers/identity/platform-schemas.ts'
import { OWNER, problemOf, sessionOf, statusesOf } from './identity-harness.ts'
import { startPlatform, type TestPlatform } from './platform-harness.ts'

const FLAGS = '/api/admin/feature-flags'
const REASON = 'Sends spam'

let app: TestPlatform
let root: string
beforeAll(async () => {
  app = await startPlatform()
  root = app.root.token
})
afterEach(() => app.settle())
afterAll(async () => {
  vi.useRealTimers()
  await app.close()
})

const pass = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
const ban = (id: string, body: object = { reason: REASON }, token = root) =>
  app.send('POST', `/api/admin/accounts/${id}/ban`, body, token)
const unban = (id: string) => app.send('DELETE', `/api/admin/accounts/${id}/ban`, undefined, root)
const find = async (email: string) => {
  const path = `/api/admin/accounts?email=${encodeURIComponent(email)}`
  return AccountList.parse(await (await app.send('GET', path, undefined, root)).json()).items
}
const sessionsOf = (id: string) =>
  app.sql.query('select id from auth.sessions where user_id = $1', [id])

test('an account is found by its address, with its tenants and whether it is banned', async () => {
  const ann = await app.person('ann', 'editor')
  const tenants = [{ id: app.tenantId, role: 'editor' }]
  expect(await find(ann.email.toUpperCase())).toMatchObject([{ id: ann.id, tenants, ban: null }])
  expect(await find('nobody@example.com')).toEqual([])
  const denied = await app.send(
    'GET',
    '/api/admin/accounts?email=a@b.example',
    undefined,
    ann.token,
  )
  expect(denied.status).toBe(403)
})

test('a ban ends all sessions and refuses new ones, until it is lifted', async () => {
  const { user } = app.owner
  const cookies = (await app.signIn()).headers.getSetCookie()
  const { accessToken } = await sessionOf(await app.signIn())
  const banned = Account.parse(await (await ban(user.id)).json())
  expect(banned.ban).toEqual({ reason: REASON, bannedAt: expect.any(String), expiresAt: null })
  expect(await sessionsOf(user.id)).toEqual([])
  expect((await app.renew(cookies[0]!.split(';')[0]!)).status).toBe(401)
  // Right away where the session itself is looked at, soon everywhere.
  expect((await app.send('GET', '/api/users/me', undefined, accessToken)).status).toBe(401)
  pass(15)
  expect((await app.send('GET', FLAGS, undefined, accessToken)).status).toBe(401)

  const refused = await problemOf(await app.signIn())
  expect(refused).toMatchObject({ status: 403, detail: expect.stringContaining('suspended') })
  expect(JSON.stringify(refused)).not.toContain(REASON)
  expect((await app.signIn('a wrong passphrase')).status).toBe(401)

  expect((await unban(user.id)).status).toBe(204)
  expect(await problemOf(await unban(user.id))).toMatchObject({ status: 404 })
  expect((await app.signIn()).status).toBe(200)
  for (const log of [app.tenantId, '_platform']) {
    const events = (await app.events(log)).filter((event) => event.startsWith('admin.user.'))
    expect(events).toEqual(['admin.user.ban', 'admin.user.unban'])
  }
})

test('keys that the account made are refused while it is banned', async () => {
  const given = { name: 'Import', scopes: ['flag.read'] }
  const { accessToken, user } = await sessionOf(await app.signIn())
  const made = await app.send('POST', '/api/admin/api-keys', given, accessToken)
  const { key, id } = await made.json<ApiKeySecret>()
  expect((await app.send('GET', FLAGS, undefined, key)).status).toBe(200)
  await ban(user.id)
  pass(61)
  const problem = await problemOf(await app.send('GET', FLAGS, undefined, key))
  expect(problem).toMatchObject({ status: 401, detail: expect.stringContaining('suspended') })
  expect(await app.binding.permissionsOfKey(id, app.tenantId)).toBeNull()
  await unban(user.id)
  pass(11)
  expect((await app.send('GET', FLAGS, undefined, key)).status).toBe(200)
})

test('nobody bans an account that runs the platform, nor one that is not there', async () => {
  expect(await problemOf(await ban(app.root.id))).toMatchObject({ status: 403 })
  expect(await problemOf(await ban('nobody'))).toMatchObject({ status: 404 })
  const past = { reason: REASON, expiresAt: new Date(Date.now() - 1000).toISOString() }
  expect(await problemOf(await ban(app.owner.user.id, past))).toMatchObject({
    status: 422,
    errors: [expect.objectContaining({ pointer: '/expiresAt' })],
  })
  const eve = await app.person('eve', 'owner')
  expect((await ban(app.owner.user.id, undefined, eve.token)).status).toBe(403)
})

test('signing in while a ban is spoken leaves no session, whichever comes first', async () => {
  const { user } = app.owner
  const [spoken, ...answers] = await Promise.all([
    ban(user.id),
    ...Array.from({ length: 4 }, () => app.signIn()),
  ])
  expect(spoken.status).toBe(200)
  expect(statusesOf(answers).every((status) => [200, 401, 403].includes(status))).toBe(true)
  expect(await sessionsOf(user.id)).toEqual([])
  await unban(user.id)
})

test('a ban with an end ends by itself, and says until when it lasts', async () => {
  const { user } = app.owner
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await ban(user.id, { reason: REASON, expiresAt })
  const { detail } = await problemOf(await app.signIn(OWNER.password))
  expect(detail).toContain(`until ${expiresAt.slice(0, 19)}Z`)
  pass(3600)
  expect((await app.signIn()).status).toBe(200)
})
