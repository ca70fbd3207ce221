import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  AccountExport,
  Member,
  MemberPage,
  Profile,
} from '../../workers/identity/tenant-schemas.ts'
import { problemOf } from './identity-harness.ts'
import { type Person, startTenants, type TestTenants } from './tenant-harness.ts'

let app: TestTenants
let owner: string
let admin: Person
let viewer: Person
beforeAll(async () => {
  app = await startTenants()
  owner = app.owner.accessToken
  admin = await app.person('grace', 'admin')
  viewer = await app.person('eve', 'viewer')
})
afterEach(() => app.settle())
afterAll(() => app.close())

const rename = (name: unknown, token: string) => app.send('PATCH', '/api/users/me', { name }, token)
const setRole = (id: string, role: unknown, token: string) =>
  app.send('PATCH', `/api/admin/users/${id}`, { role }, token)
const remove = (id: string, token: string) =>
  app.send('DELETE', `/api/admin/users/${id}`, undefined, token)

test('everybody sees who they are, where, and what they may do', async () => {
  const answer = await app.send('GET', '/api/users/me', undefined, viewer.token)
  const profile = Profile.parse(await answer.json())
  expect(profile).toMatchObject({
    id: viewer.id,
    email: viewer.email,
    emailVerified: true,
    tenants: [{ id: app.tenantId, name: 'Analytical Engines', role: 'viewer' }],
    tenantId: app.tenantId,
    role: 'viewer',
    permissions: ['flag.read', 'flag.evaluate', 'kb.read'],
    isPlatform: false,
  })
})

test('a new name shows in the account and in the tenant', async () => {
  const answer = await rename('  Eve Adams ', viewer.token)
  expect(Profile.parse(await answer.json()).name).toBe('Eve Adams')
  const [, rows] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [app.tenantId]),
    app.sql.query('select name from public.users where id = $1', [viewer.id]),
  ])
  expect(rows).toEqual([{ name: 'Eve Adams' }])
  expect(await problemOf(await rename('', viewer.token))).toMatchObject({ status: 422 })
})

test('members are listed in pages and found by name or address, % and _ being ordinary', async () => {
  const page = async (query: string) =>
    MemberPage.parse(
      await (await app.send('GET', `/api/admin/users${query}`, undefined, owner)).json(),
    )
  const first = await page('?limit=2')
  expect(first.items).toHaveLength(2)
  const second = await page(`?limit=2&cursor=${first.nextCursor}`)
  expect(second.nextCursor).toBeNull()
  const names = [...first.items, ...second.items].map(({ name }) => name)
  expect(names.toSorted()).toEqual(['Ada', 'Eve Adams', 'grace'])
  expect((await page('?q=ADA')).items.map(({ name }) => name).toSorted()).toEqual([
    'Ada',
    'Eve Adams',
  ])
  expect((await page('?q=grace-1@')).items.map(({ id }) => id)).toEqual([admin.id])
  expect((await page('?q=%25')).items).toEqual([])
  expect((await page('?q=_ve')).items).toEqual([])
})

test('a role is changed in both schemas, told to the log, and counts at once', async () => {
  const answer = await setRole(viewer.id, 'editor', admin.token)
  expect(Member.parse(await answer.json()).role).toBe('editor')
  expect(await app.roster()).toMatchObject({ [viewer.id]: 'editor' })
  expect((await app.events()).at(-1)).toBe('member.role')
  const held = await app.binding.permissionsNow(viewer.sessionId, app.tenantId)
  expect(held).toContain('kb.write')
  await setRole(viewer.id, 'viewer', admin.token)
})

test('nobody grants, changes or removes what they do not hold, and is told what is missing', async () => {
  const { id } = app.owner.user
  const answers = await Promise.all([
    setRole(viewer.id, 'owner', admin.token),
    setRole(id, 'viewer', admin.token),
    remove(id, admin.token),
    setRole(admin.id, 'owner', admin.token),
  ])
  for (const answer of answers) {
    const problem = await problemOf(answer)
    expect(problem).toMatchObject({ status: 403, code: 'forbidden' })
    expect(problem['detail']).toContain('tenant.delete')
  }
  expect(await app.roster()).toMatchObject({ [id]: 'owner', [admin.id]: 'admin' })
})

test.each([
  ['an unknown role', 'boss', 422],
  ['no role', undefined, 422],
  ['a number', 7, 422],
])('%s is refused, and names the field', async (_name, role, status) => {
  const problem = await problemOf(await setRole(viewer.id, role, owner))
  expect(problem).toMatchObject({ status, errors: [{ pointer: '/role' }] })
})

test('the only owner stays one, and cannot leave', async () => {
  const { id } = app.owner.user
  const answers = await Promise.all([
    setRole(id, 'admin', owner),
    remove(id, owner),
    app.send('POST', '/api/tenant/leave', undefined, owner),
  ])
  for (const answer of answers) {
    expect(await problemOf(answer)).toMatchObject({ status: 409, code: 'conflict' })
  }
  expect(await app.roster()).toMatchObject({ [id]: 'owner' })
})

test('whoever is removed is gone from the tenant at once, and keeps the account', async () => {
  const bob = await app.person('bob', 'user')
  expect((await remove(bob.id, admin.token)).status).toBe(204)
  expect(await app.roster()).not.toHaveProperty(bob.id)
  expect((await app.events()).at(-1)).toBe('member.remove')
  expect(await app.binding.permissionsNow(bob.sessionId, app.tenantId)).toBeNull()
  const [row] = await app.sql.query('select id from auth.users where id = $1', [bob.id])
  expect(row).toEqual({ id: bob.id })
  expect(await problemOf(await remove(bob.id, admin.token))).toMatchObject({ status: 404 })
})

test('members of another tenant are not there', async () => {
  const other = await app.tenant('globex')
  const [read, change, gone] = await Promise.all([
    app.send('GET', `/api/admin/users/${viewer.id}`, undefined, other.owner.token),
    setRole(viewer.id, 'user', other.owner.token),
    remove(viewer.id, other.owner.token),
  ])
  for (const answer of [read, change, gone]) {
    expect(await problemOf(answer)).toMatchObject({ status: 404 })
  }
  expect(await app.roster()).toMatchObject({ [viewer.id]: 'viewer' })
})

test('ten removals of the last two owners at once leave exactly one', async () => {
  const { id, owner: first } = await app.tenant('duo')
  const second = await app.person('second', 'owner', id)
  const tries = Array.from({ length: 5 }, () => [
    remove(first.id, second.token),
    remove(second.id, first.token),
  ]).flat()
  const statuses = (await Promise.all(tries)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 204)).toHaveLength(1)
  expect(statuses.filter((status) => ![204, 401, 403, 404, 409].includes(status))).toEqual([])
  expect(Object.values(await app.roster(id))).toEqual(['owner'])
})

test('two owners who demote each other at once leave exactly one', async () => {
  const { id, owner: first } = await app.tenant('pair')
  const second = await app.person('other', 'owner', id)
  const answers = await Promise.all([
    setRole(first.id, 'admin', second.token),
    setRole(second.id, 'admin', first.token),
  ])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(Object.values(await app.roster(id)).toSorted()).toEqual(['admin', 'owner'])
})

test('what somebody said to assistants is in their export alone, and goes with their account', async () => {
  const [person, other] = [await app.person('talker', 'user'), await app.person('silent', 'user')]
  const ask = (message: string, token: string) =>
    app.send('POST', '/api/assistant/messages', { message }, token)
  const { session_id: id } = await (
    await ask('When is high water?', person.token)
  ).json<{
    session_id: string
  }>()
  await ask('None of your business', other.token)
  const exported = await app.send('GET', '/api/users/me/export', undefined, person.token)
  const { conversations } = AccountExport.parse(await exported.json())
  expect(conversations).toMatchObject([
    {
      tenantId: app.tenantId,
      id,
      title: 'When is high water?',
      messages: [
        { role: 'user', content: 'When is high water?' },
        { role: 'assistant', content: expect.stringMatching(/\S/) },
      ],
    },
  ])
  const gone = await app.send(
    'POST',
    '/api/users/me/deletion',
    { email: person.email },
    person.token,
  )
  expect(gone.status).toBe(204)
  const [, sessions, messages] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [app.tenantId]),
    app.sql.query('select user_id from sessions'),
    app.sql.query('select content from messages where session_id = $1', [id]),
  ])
  expect(sessions).toEqual([{ user_id: other.id }])
  expect(messages).toEqual([])
})

test('an account is exported whole, without its secrets, and deleted', async () => {
  const person = await app.person('mallory', 'user')
  const answer = await app.send('GET', '/api/users/me/export', undefined, person.token)
  const text = await answer.text()
  expect(JSON.parse(text)).toMatchObject({
    user: { id: person.id, email: person.email },
    tenants: [{ id: app.tenantId, role: 'user' }],
    sessions: [{ id: person.sessionId }],
  })
  expect(text).not.toContain(`token-${person.id}`)

  const end = (email: string, token = person.token) =>
    app.send('POST', '/api/users/me/deletion', { email }, token)
  expect(await problemOf(await end('other@example.com'))).toMatchObject({ status: 422 })
  expect(await problemOf(await end(app.owner.user.email, owner))).toMatchObject({ status: 409 })
  expect((await end(person.email)).status).toBe(204)
  expect(await app.roster()).not.toHaveProperty(person.id)
  expect(await app.sql.query('select from auth.users where id = $1', [person.id])).toEqual([])
  expect((await app.events()).at(-1)).toBe('user.delete')
})
