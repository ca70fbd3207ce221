import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { PERMISSIONS } from '../../shared/context.ts'
import { Role, RoleList } from '../../workers/identity/tenant-schemas.ts'
import { problemOf, sessionOf } from './identity-harness.ts'
import { type Person, startTenants, type TestTenants } from './tenant-harness.ts'

let app: TestTenants
let owner: string
let admin: Person
beforeAll(async () => {
  app = await startTenants()
  owner = app.owner.accessToken
  admin = await app.person('grace', 'admin')
})
afterEach(() => app.settle())
afterAll(() => app.close())

const create = (body: object, token = owner) => app.send('POST', '/api/admin/roles', body, token)
const change = (name: string, body: object, token = owner) =>
  app.send('PATCH', `/api/admin/roles/${name}`, body, token)
const list = async (token = owner) =>
  RoleList.parse(await (await app.send('GET', '/api/admin/roles', undefined, token)).json())

test('the built-in roles can be read, weakest first, with how many hold each', async () => {
  const { items, permissions } = await list()
  expect(items.map(({ name, members }) => [name, members])).toEqual([
    ['viewer', 0],
    ['user', 0],
    ['editor', 0],
    ['admin', 1],
    ['owner', 1],
  ])
  expect(permissions).toEqual(PERMISSIONS.filter((name) => name !== 'admin.platform'))
})

test('a role of the tenant’s own travels in the token as bits, and the edge reads them', async () => {
  const answer = await create({ name: 'flag-keeper', permissions: ['flag.read', 'flag.write'] })
  expect(answer.status).toBe(201)
  expect(Role.parse(await answer.json())).toEqual({
    name: 'flag-keeper',
    description: '',
    permissions: ['flag.read', 'flag.write'],
    isBuiltIn: false,
    members: 0,
    version: 1,
  })
  const keeper = await app.person('keeper', 'viewer')
  await app.send('PATCH', `/api/admin/users/${keeper.id}`, { role: 'flag-keeper' }, owner)
  const session = await sessionOf(await app.renew(keeper.cookie))
  expect(session).toMatchObject({ role: 'flag-keeper', permissions: ['flag.read', 'flag.write'] })
  expect(decodeJwt(session.accessToken)).toMatchObject({ role: 'flag-keeper', p: 'AwAAAA', pv: 1 })

  const flags = '/api/admin/feature-flags'
  const made = await app.send('POST', flags, { name: 'by_keeper' }, session.accessToken)
  expect(made.status).toBe(201)
  const denied = await app.send('GET', '/api/admin/kb/documents', undefined, session.accessToken)
  expect(await problemOf(denied)).toMatchObject({ status: 403 })

  const narrower = await change('flag-keeper', { permissions: ['flag.read'] })
  expect(Role.parse(await narrower.json())).toMatchObject({ version: 2, members: 1 })
  const next = await sessionOf(await app.renew(keeper.cookie))
  expect(next.permissions).toEqual(['flag.read'])
  expect(decodeJwt(next.accessToken)).toMatchObject({ p: 'AQAAAA', pv: 2 })
  const refused = await app.send('POST', flags, { name: 'again' }, next.accessToken)
  expect(await problemOf(refused)).toMatchObject({ status: 403 })
  expect((await app.events()).filter((event) => event.startsWith('role.'))).toEqual([
    'role.create',
    'role.change',
  ])
})

test('a role in use stays, and the refusal says how many hold it', async () => {
  const answer = await app.send('DELETE', '/api/admin/roles/flag-keeper', undefined, owner)
  const problem = await problemOf(answer)
  expect(problem).toMatchObject({ status: 409, code: 'conflict' })
  expect(problem['detail']).toContain('1 members hold this role and 0 are invited')

  expect((await create({ name: 'unused-role', permissions: [] })).status).toBe(201)
  const gone = await app.send('DELETE', '/api/admin/roles/unused-role', undefined, owner)
  expect(gone.status).toBe(204)
  const again = await app.send('DELETE', '/api/admin/roles/unused-role', undefined, owner)
  expect(await problemOf(again)).toMatchObject({ status: 404 })
})

test('deleting a role and giving it away at once never leaves a member without one', async () => {
  await create({ name: 'contested', permissions: ['kb.read'] })
  const member = await app.person('lucky', 'viewer')
  const [deleted, given] = await Promise.all([
    app.send('DELETE', '/api/admin/roles/contested', undefined, owner),
    app.send('PATCH', `/api/admin/users/${member.id}`, { role: 'contested' }, owner),
  ])
  expect([deleted.status, given.status]).toEqual(
    deleted.status === 204 ? [204, given.status === 422 ? 422 : 404] : [409, 200],
  )
  const names = (await list()).items.map(({ name }) => name)
  expect(names).toContain((await app.roster())[member.id])
})

test('nobody makes, changes or deletes a role that grants more than they hold', async () => {
  const own = await create({ name: 'eraser', permissions: ['tenant.delete', 'kb.read'] })
  expect(own.status).toBe(201)
  const answers = await Promise.all([
    create({ name: 'sneaky', permissions: ['tenant.delete'] }, admin.token),
    change('eraser', { permissions: ['kb.read'] }, admin.token),
    app.send('DELETE', '/api/admin/roles/eraser', undefined, admin.token),
    app.send('PATCH', `/api/admin/users/${admin.id}`, { role: 'eraser' }, admin.token),
  ])
  for (const answer of answers) {
    const problem = await problemOf(answer)
    expect(problem).toMatchObject({ status: 403, code: 'forbidden' })
    expect(problem['detail']).toContain('tenant.delete')
  }
})

test.each([
  ['a built-in name', { name: 'owner', permissions: [] }, '/name'],
  ['a name with spaces', { name: 'the boss', permissions: [] }, '/name'],
  ['the platform', { name: 'root', permissions: ['admin.platform'] }, '/permissions/0'],
  ['an unknown permission', { name: 'root', permissions: ['everything'] }, '/permissions/0'],
  ['an unknown field', { name: 'root', permissions: [], level: 9 }, '/level'],
])('%s makes no role', async (_name, body, pointer) => {
  const problem = await problemOf(await create(body))
  expect(problem).toMatchObject({ status: 422, errors: [{ pointer }] })
})

test('a name is taken once, and another tenant’s roles are not there', async () => {
  expect(await problemOf(await create({ name: 'eraser', permissions: [] }))).toMatchObject({
    status: 409,
  })
  const { owner: stranger } = await app.tenant('globex')
  expect((await list(stranger.token)).items.map(({ name }) => name)).not.toContain('eraser')
  const answer = await change('eraser', { description: 'mine' }, stranger.token)
  expect(await problemOf(answer)).toMatchObject({ status: 404 })
  const role = { role: 'eraser' }
  const given = await app.send('PATCH', `/api/admin/users/${stranger.id}`, role, stranger.token)
  expect(await problemOf(given)).toMatchObject({ status: 422 })
})

test('a row that names the platform grants nothing of it', async () => {
  await app.sql.query(
    `update auth.roles set permissions = '{admin.platform,kb.read}' where name = 'eraser'`,
  )
  const person = await app.person('forger', 'eraser')
  const session = await sessionOf(await app.renew(person.cookie))
  expect(session.permissions).toEqual(['kb.read'])
})

test('a change is counted by the edge, also one the identity Worker makes; reading is not', async () => {
  const made = await create({ name: 'counted', permissions: ['flag.read'] })
  expect(made.status).toBe(201)
  expect(made.headers.get('ratelimit-policy')).toBe('"access.change-caller";q=1000;w=60')
  const removed = await app.send('DELETE', '/api/admin/roles/counted', undefined, owner)
  expect(removed.headers.get('ratelimit')).toMatch(/^"access\.change-caller";r=9\d\d;/)
  const read = await app.send('GET', '/api/admin/roles', undefined, owner)
  expect(read.headers.has('ratelimit-policy')).toBe(false)
})
