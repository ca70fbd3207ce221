import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { listPlatform, setPlatform } from '../../operations/database/platform.ts'
import { Profile, Tenant, TenantList } from '../../workers/identity/tenant-schemas.ts'
import { problemOf, sessionOf } from './identity-harness.ts'
import { startTenants, type TestTenants } from './tenant-harness.ts'

let app: TestTenants
let owner: string
beforeAll(async () => {
  app = await startTenants()
  owner = app.owner.accessToken
})
afterEach(() => app.settle())
afterAll(() => app.close())

const list = async (token: string) => {
  const answer = await app.send('GET', '/api/tenants', undefined, token)
  return TenantList.parse(await answer.json()).items
}
const switchTo = (tenantId: string, token: string) =>
  app.send('POST', '/api/auth/switch-tenant', { tenantId }, token)

test('a user makes a tenant, owns it, switches to it, and works in it', async () => {
  const ann = await app.person('ann', 'viewer')
  const answer = await app.send('POST', '/api/tenants', { name: ' Second ' }, ann.token)
  expect(answer.status).toBe(201)
  const made = Tenant.parse(await answer.json())
  expect(made).toMatchObject({ name: 'Second', deletionDueAt: null })
  expect((await list(ann.token)).map(({ id, role }) => [id, role])).toEqual([
    [app.tenantId, 'viewer'],
    [made.id, 'owner'],
  ])
  expect(await app.events(made.id)).toEqual(['tenant.create'])

  const session = await sessionOf(await switchTo(made.id, ann.token))
  expect(session).toMatchObject({ tenant: { id: made.id, name: 'Second' }, role: 'owner' })
  const flags = await app.send('GET', '/api/admin/feature-flags', undefined, session.accessToken)
  expect(flags.status).toBe(200)
  // The session stays there: the next token of the cookie is for that tenant too.
  const next = await sessionOf(await app.renew(ann.cookie))
  expect(next.tenant.id).toBe(made.id)
  expect(await app.events(made.id)).toEqual(['tenant.create', 'tenant.switch'])
})

test('nobody switches to a tenant they are not in', async () => {
  const other = await app.tenant('globex')
  for (const id of [other.id, 'no-such-tenant']) {
    expect(await problemOf(await switchTo(id, owner))).toMatchObject({ status: 404 })
  }
  const me = await app.send('GET', '/api/users/me', undefined, owner)
  expect(Profile.parse(await me.json()).tenantId).toBe(app.tenantId)
})

test('whoever leaves the tenant they work in goes on in another', async () => {
  const { id, owner: founder } = await app.tenant('initech')
  await app.person('helper', 'owner', id)
  await app.send('POST', '/api/tenants', { name: 'Refuge' }, founder.token)
  await switchTo(id, founder.token)
  const left = await app.send('POST', '/api/tenant/leave', undefined, founder.token)
  expect(left.status).toBe(204)
  expect((await app.events(id)).at(-1)).toBe('member.leave')
  expect((await sessionOf(await app.renew(founder.cookie))).tenant.name).toBe('Refuge')
})

test('a tenant is renamed by those who may, in both schemas', async () => {
  const editor = await app.person('eddie', 'editor')
  const rename = (token: string) =>
    app.send('PATCH', '/api/tenant', { name: 'Difference Engines' }, token)
  expect(await problemOf(await rename(editor.token))).toMatchObject({ status: 403 })
  expect(Tenant.parse(await (await rename(owner)).json()).name).toBe('Difference Engines')
  const [, rows] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [app.tenantId]),
    app.sql.query('select name from tenants where id = $1', [app.tenantId]),
  ])
  expect(rows).toEqual([{ name: 'Difference Engines' }])
})

test('a user owns twenty tenants at most', async () => {
  const many = await app.person('many', 'viewer')
  await app.sql.query(
    `with made as (
       insert into auth.organizations (id, name, slug, created_at)
       select 'many-' || n, 'Many', 'many-' || n, now() from generate_series(1, 20) n returning id
     ) insert into auth.members (id, organization_id, user_id, role, created_at)
       select id, id, $1, 'owner', now() from made`,
    [many.id],
  )
  const answer = await app.send('POST', '/api/tenants', { name: 'One more' }, many.token)
  expect(await problemOf(answer)).toMatchObject({ status: 409, code: 'conflict' })
})

test.each(['', ' ', 'x'.repeat(201), 7, undefined])('%j is no name of a tenant', async (name) => {
  const answer = await app.send('POST', '/api/tenants', { name }, owner)
  expect(await problemOf(answer)).toMatchObject({ status: 422, errors: [{ pointer: '/name' }] })
})

test('those who run the platform see ids and counts of all tenants, with a second factor only', async () => {
  const admin = await app.person('root', 'viewer')
  await expect(setPlatform(app.sql, admin.email, true)).rejects.toThrow('no second factor')
  await app.sql.query(
    `insert into auth.two_factors (user_id, secret, created_at, confirmed_at)
     values ($1, 'sealed', now(), now())`,
    [admin.id],
  )
  await setPlatform(app.sql, admin.email.toUpperCase(), true)
  expect(await listPlatform(app.sql)).toEqual([admin.email])
  const read = (path: string, token: string) =>
    app.send('GET', `/api/admin/tenants${path}`, undefined, token)

  const weak = await sessionOf(await app.renew(admin.cookie))
  expect(weak.permissions).not.toContain('admin.platform')
  expect((await read('', weak.accessToken)).status).toBe(403)

  await app.sql.query(`update auth.sessions set amr = 'pwd otp' where id = $1`, [admin.sessionId])
  const { accessToken, permissions } = await sessionOf(await app.renew(admin.cookie))
  expect(permissions).toContain('admin.platform')
  expect(permissions).not.toContain('phi.read')
  expect(permissions).not.toContain('member.read')
  const page = await (await read('?limit=1', accessToken)).json<{ items: object[] }>()
  expect(page.items).toHaveLength(1)
  const one = await (await read(`/${app.tenantId}`, accessToken)).json()
  expect(one).toEqual({
    id: app.tenantId,
    members: Object.keys(await app.roster()).length,
    documents: 0,
    // Those of the platform, which every tenant begins with.
    flags: 15,
  })
  expect(await problemOf(await read('/no-such', accessToken))).toMatchObject({ status: 404 })

  // Taken back in the database, it counts at once, whatever the token says.
  await setPlatform(app.sql, admin.email, false)
  expect((await read('', accessToken)).status).toBe(403)
  expect(await app.events('_platform')).toEqual(['admin.platform.grant', 'admin.platform.revoke'])
  await expect(setPlatform(app.sql, 'nobody@example.com', true)).rejects.toThrow('no account')
})
