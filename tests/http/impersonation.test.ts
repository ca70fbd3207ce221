/** Acting as somebody else: with less than they may do, for an hour, and on record. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { AuditPage } from '../../workers/audit/schemas.ts'
import { Session, SessionList } from '../../workers/identity/schemas.ts'
import { problemOf, statusesOf } from './identity-harness.ts'
import { startPlatform, type TestPlatform } from './platform-harness.ts'
import type { Person } from './tenant-harness.ts'

const PATH = '/api/admin/impersonation'
const FLAGS = '/api/admin/feature-flags'

let app: TestPlatform
/** Whom somebody acts as: an owner, who may do everything. */
let target: Person
/** What a browser sends; each test begins with the cookie of whoever runs the platform. */
let jar: Map<string, string>
beforeAll(async () => {
  app = await startPlatform()
  target = await app.person('target', 'owner')
})
afterEach(() => app.settle())
afterAll(async () => {
  vi.useRealTimers()
  await app.close()
})

const pass = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

function keep(answer: Response): Response {
  for (const cookie of answer.headers.getSetCookie()) {
    const [pair = ''] = cookie.split(';')
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    if (cookie.includes('Max-Age=0')) jar.delete(name)
    else jar.set(name, value)
  }
  return answer
}
const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')

const call = async (method: string, path: string, token: string, body?: object) => {
  const headers = {
    authorization: `Bearer ${token}`,
    cookie: cookie(),
    'content-type': 'application/json',
  }
  return keep(
    await app.request(path, { method, headers, body: body ? JSON.stringify(body) : null }),
  )
}

async function start(given: object = {}) {
  jar = new Map([app.root.cookie.split(/=(.*)/s).slice(0, 2) as [string, string]])
  const body = { userId: target.id, tenantId: app.tenantId, reason: 'Ticket 4711', ...given }
  return call('POST', PATH, (await fresh()).accessToken, body)
}
const acting = async () => Session.parse(await (await start()).json())
const fresh = async () => Session.parse(await keep(await app.renew(cookie())).json())

test('whoever runs the platform acts as a member, and everything says so', async () => {
  const answer = await start()
  expect(answer.status).toBe(201)
  const session = Session.parse(await answer.json())
  const impersonatedBy = { id: app.root.id, name: 'root' }
  expect(session).toMatchObject({ user: { id: target.id }, role: 'owner', impersonatedBy })
  const { accessToken } = session
  expect(decodeJwt(accessToken)).toMatchObject({ sub: target.id, act: { sub: app.root.id } })
  const me = await (await call('GET', '/api/users/me', accessToken)).json()
  expect(me).toMatchObject({ id: target.id, impersonatedBy })
  expect(await fresh()).toMatchObject({ user: { id: target.id }, impersonatedBy })

  const listed = await app.send('GET', '/api/auth/sessions', undefined, target.token)
  const { items } = SessionList.parse(await listed.json())
  expect(items.filter(({ isImpersonated }) => isImpersonated)).toHaveLength(1)
  expect(items).toHaveLength(2)
  await call('DELETE', PATH, accessToken)
})

test('it gives nothing that lasts, that was entrusted to a person, or that is their own', async () => {
  const { accessToken, permissions } = await acting()
  for (const withheld of ['phi.read', 'key.manage', 'role.manage', 'member.manage']) {
    expect(permissions).not.toContain(withheld)
  }
  expect(permissions).not.toContain('tenant.delete')
  expect(permissions).toContain('flag.write')
  const refused: [string, string, object?][] = [
    ['POST', '/api/auth/change-password', { currentPassword: 'x', newPassword: 'long enough' }],
    ['POST', '/api/auth/change-email', { newEmail: 'me@example.com', password: 'x' }],
    ['POST', '/api/auth/two-factor/setup', { password: 'x' }],
    ['POST', '/api/auth/switch-tenant', { tenantId: app.tenantId }],
    ['POST', '/api/users/me/deletion', { email: target.email }],
    ['GET', '/api/users/me/export'],
    ['POST', '/api/tenants', { name: 'Mine' }],
    ['POST', '/api/auth/sessions/revoke-all'],
    ['PATCH', `/api/admin/users/${target.id}`, { role: 'viewer' }],
    ['POST', '/api/admin/api-keys', { name: 'k', scopes: ['kb.read'] }],
    ['POST', '/api/tenant/deletion', { name: 'Analytical Engines' }],
    ['POST', PATH, { userId: target.id, tenantId: app.tenantId, reason: 'again' }],
  ]
  for (const [method, path, body] of refused) {
    expect([path, (await call(method, path, accessToken, body)).status]).toEqual([path, 403])
  }
  const invited = await app.tenant('invites')
  const invitation = { email: target.email, role: 'user' }
  const sent = await app.send('POST', '/api/admin/invitations', invitation, invited.owner.token)
  const token = (await sent.json<{ acceptUrl: string }>()).acceptUrl.split('#token=')[1]!
  const accepted = await app.post('/api/invitations/accept', { token }, { cookie: cookie() })
  expect(await problemOf(accepted)).toMatchObject({ status: 403 })
  await call('DELETE', PATH, accessToken)
})

test('what is done meanwhile is on record under both, from start to stop', async () => {
  const { accessToken } = await acting()
  expect((await call('POST', FLAGS, accessToken, { name: 'by_root' })).status).toBe(201)
  await call('DELETE', PATH, accessToken)
  const path = `/api/admin/audit?limit=3`
  const page = await (
    await app.send('GET', path, undefined, app.owner.accessToken)
  ).json<AuditPage>()
  const [stop, made, begun] = page.items.map(({ entry }) => entry)
  const both = { actor: app.root.id, actAs: target.id }
  expect(begun).toMatchObject({ event: 'impersonate.start', reason: 'Ticket 4711', ...both })
  expect(made).toMatchObject({ event: 'flag.create', ...both })
  expect(stop).toMatchObject({ event: 'impersonate.stop', ...both })
})

test('ending it goes back to one’s own session, once', async () => {
  const { accessToken } = await acting()
  const answers = await Promise.all([1, 2, 3].map(() => call('DELETE', PATH, accessToken)))
  expect(statusesOf(answers).filter((status) => status === 200)).toHaveLength(1)
  const own = await fresh()
  expect(own).toMatchObject({ user: { id: app.root.id }, impersonatedBy: null })
  expect([...jar.keys()]).toEqual(['__Host-va_session'])
  expect(await problemOf(await call('DELETE', PATH, own.accessToken))).toMatchObject({
    status: 409,
  })
  pass(15)
  expect((await call('GET', FLAGS, accessToken)).status).toBe(401)
})

test('a token alone does not lead back to the session of whoever acts', async () => {
  const { accessToken } = await acting()
  jar.clear()
  const answer = await call('DELETE', PATH, accessToken)
  expect(answer.status).toBe(401)
  expect(answer.headers.getSetCookie()).toEqual([])
})

test('signing out ends both sessions', async () => {
  const admin = await app.platform('leaver')
  jar = new Map([admin.cookie.split(/=(.*)/s).slice(0, 2) as [string, string]])
  const body = { userId: target.id, tenantId: app.tenantId, reason: 'Ticket 1' }
  const begun = await call('POST', PATH, (await fresh()).accessToken, body)
  expect(begun.status).toBe(201)
  await app.post('/api/auth/sign-out', undefined, { cookie: cookie() })
  const left = await app.sql.query(
    'select id from auth.sessions where id = $1 or impersonated_by = $2',
    [admin.sessionId, admin.id],
  )
  expect(left).toEqual([])
  expect((await app.events()).slice(-2)).toEqual(['impersonate.stop', 'auth.signout'])
})

test('not of strangers to the tenant, nor of the banned, nor of who runs the platform', async () => {
  const other = await app.platform('other')
  expect((await start({ userId: other.id })).status).toBe(403)
  expect((await start({ userId: app.root.id })).status).toBe(403)
  expect((await start({ tenantId: 'globex' })).status).toBe(404)
  const spammer = await app.person('spammer', 'viewer')
  await app.send('POST', `/api/admin/accounts/${spammer.id}/ban`, { reason: 'Spam' }, other.token)
  expect(await problemOf(await start({ userId: spammer.id }))).toMatchObject({ status: 403 })
  const { status } = await app.send(
    'POST',
    PATH,
    { userId: target.id, tenantId: app.tenantId, reason: 'mine' },
    target.token,
  )
  expect(status).toBe(403)
})

test('whoever stops running the platform acts as nobody any more, and the removed are nobody', async () => {
  const admin = await app.platform('fired')
  jar = new Map([admin.cookie.split(/=(.*)/s).slice(0, 2) as [string, string]])
  const guest = await app.person('guest', 'editor')
  const body = { userId: guest.id, tenantId: app.tenantId, reason: 'Ticket 2' }
  await call('POST', PATH, (await fresh()).accessToken, body)
  const elsewhere = await app.tenant('elsewhere')
  await app.sql.query(
    `insert into auth.members (id, organization_id, user_id, role, created_at)
     values ('m-guest', $1, $2, 'owner', now())`,
    [elsewhere.id, guest.id],
  )
  await app.send('DELETE', `/api/admin/users/${guest.id}`, undefined, app.owner.accessToken)
  expect(await fresh()).toMatchObject({ tenant: null, permissions: [] })
  await app.sql.query('update auth.users set is_platform = false where id = $1', [admin.id])
  expect((await app.renew(cookie())).status).toBe(401)
})

test('it is over after an hour, however busy, and its last token with it', async () => {
  await acting()
  for (let minutes = 0; minutes < 58; minutes += 29) {
    pass(29 * 60)
    expect((await app.renew(cookie())).status).toBe(200)
  }
  const { accessToken } = await fresh()
  const { exp = 0, iat = 0 } = decodeJwt(accessToken)
  expect(exp - iat).toBeLessThanOrEqual(120)
  pass(121)
  expect((await app.renew(cookie())).status).toBe(401)
})
