/** Teams: members of a tenant under one name, which grant nothing by themselves. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AccountExport } from '../../workers/identity/tenant-schemas.ts'
import { Team, TeamMemberPage, TeamPage } from '../../workers/teams/schemas.ts'
import { problemOf, statusesOf } from './identity-harness.ts'
import { type Person, startTenants, type TestTenants } from './tenant-harness.ts'

const BASE = '/api/admin/teams'

let app: TestTenants
let admin: Person
beforeAll(async () => {
  app = await startTenants()
  admin = await app.person('grace', 'admin')
})
afterEach(() => app.settle())
afterAll(() => app.close())

const call = (method: string, path: string, body?: object, token = admin.token) =>
  app.send(method, `${BASE}${path}`, body, token)
const make = async (name: string) => Team.parse(await (await call('POST', '', { name })).json())
const membersOf = async (id: string, query = '') =>
  TeamMemberPage.parse(await (await call('GET', `/${id}/members${query}`)).json())
const teamEvents = async () => (await app.events()).filter((event) => event.startsWith('team.'))

test('a team is made, renamed, listed and deleted', async () => {
  const team = await make('  Night shift ')
  expect(team).toMatchObject({ name: 'Night shift', members: 0 })
  const renamed = Team.parse(
    await (await call('PATCH', `/${team.id}`, { name: 'Day shift' })).json(),
  )
  expect(renamed).toMatchObject({ id: team.id, name: 'Day shift' })
  const more = [await make('Front desk'), await make('Back office')]
  const first = TeamPage.parse(await (await call('GET', '?limit=2')).json())
  const rest = TeamPage.parse(await (await call('GET', `?cursor=${first.nextCursor}`)).json())
  const names = [...first.items, ...rest.items].map(({ name }) => name)
  expect([names, rest.nextCursor]).toEqual([['Day shift', 'Front desk', 'Back office'], null])
  for (const { id } of [team, ...more]) expect((await call('DELETE', `/${id}`)).status).toBe(204)
  expect(await problemOf(await call('DELETE', `/${team.id}`))).toMatchObject({ status: 404 })
  expect(await teamEvents()).toEqual([
    'team.create',
    'team.change',
    'team.create',
    'team.create',
    'team.delete',
    'team.delete',
    'team.delete',
  ])
})

test('one’s teams and bookings, in every tenant, are in the export of one’s account', async () => {
  const team = await make('Exported')
  const person = await app.person('eve', 'user')
  expect((await call('PUT', `/${team.id}/members/${person.id}`)).status).toBe(204)
  const { id: elsewhere, owner } = await app.tenant('Elsewhere')
  await app.sql.query(
    `insert into auth.members (id, organization_id, user_id, role, created_at)
     values ('m-elsewhere', $1, $2, 'user', now())`,
    [elsewhere, person.id],
  )
  await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [elsewhere]),
    app.sql.query(
      `insert into public.users (tenant_id, id, email, name, role, created_at)
       values ($1, $2, $3, 'eve', 'user', now())`,
      [elsewhere, person.id, person.email],
    ),
  ])
  const other = Team.parse(await (await call('POST', '', { name: 'Other' }, owner.token)).json())
  await call('PUT', `/${other.id}/members/${person.id}`, undefined, owner.token)
  await call('PUT', `/${team.id}/members/${admin.id}`)
  await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [elsewhere]),
    app.sql.query(
      `insert into reservations values ($1, gen_random_uuid(), 'CODE', $2, null, 's', 'm', 'confirmed', 2,
         '2030-01-01T18:00Z', 'UTC', 'Eve', '+4930', null, 'k', now(), now())`,
      [elsewhere, person.id],
    ),
  ])

  const answer = await app.send('GET', '/api/users/me/export', undefined, person.token)
  const { teams, tenants, bookings } = AccountExport.parse(await answer.json())
  expect(tenants).toHaveLength(2)
  expect(bookings).toEqual([
    {
      tenantId: elsewhere,
      kind: 'reservation',
      title: 'Eve',
      phone: '+4930',
      notes: null,
      startsAt: '2030-01-01T18:00:00.000Z',
      status: 'confirmed',
    },
  ])
  const named = teams.map(({ tenantId, name }) => [tenantId, name])
  expect(named).toHaveLength(2)
  expect(named).toContainEqual([app.tenantId, 'Exported'])
  expect(named).toContainEqual([elsewhere, 'Other'])
})

test('of ten who make a team of one name one does, and none takes another’s name', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => call('POST', '', { name: 'Contested' })),
  )
  expect(statusesOf(answers)).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  const other = await make('Other')
  expect((await call('PATCH', `/${other.id}`, { name: 'Contested' })).status).toBe(409)
  expect((await call('PATCH', `/${other.id}`, { name: 'Other' })).status).toBe(200)
  expect(await problemOf(await call('POST', '', { name: ' ' }))).toMatchObject({
    errors: [{ pointer: '/name' }],
  })
})

test('members come and go, once each, and leave with the tenant', async () => {
  const { id } = await make('Pool')
  const [ann, bob] = [await app.person('ann', 'viewer'), await app.person('bob', 'editor')]
  const before = (await teamEvents()).length
  const put = (userId: string) => call('PUT', `/${id}/members/${userId}`)
  const answers = await Promise.all(Array.from({ length: 10 }, () => put(ann.id)))
  expect(answers.every(({ status }) => status === 204)).toBe(true)
  expect((await put(bob.id)).status).toBe(204)
  expect((await teamEvents()).slice(before)).toEqual(['team.member.add', 'team.member.add'])

  const first = await membersOf(id, '?limit=1')
  const rest = await membersOf(id, `?cursor=${first.nextCursor}`)
  const emails = [...first.items, ...rest.items].map(({ email }) => email)
  expect(emails).toEqual([ann.email, bob.email])
  expect(Team.parse(await (await call('GET', `/${id}`)).json()).members).toBe(2)

  expect((await call('DELETE', `/${id}/members/${ann.id}`)).status).toBe(204)
  expect((await call('DELETE', `/${id}/members/${ann.id}`)).status).toBe(404)
  await app.send('DELETE', `/api/admin/users/${bob.id}`, undefined, admin.token)
  expect((await membersOf(id)).items).toEqual([])
  expect(await problemOf(await put(bob.id))).toMatchObject({ status: 404 })
  expect((await call('PUT', `/${crypto.randomUUID()}/members/${ann.id}`)).status).toBe(404)
})

test('whoever is in a team may do what their role grants, and no more', async () => {
  const { id } = await make('Powerless')
  const eve = await app.person('eve', 'viewer')
  await call('PUT', `/${id}/members/${eve.id}`)
  const held = await app.binding.permissionsNow(eve.sessionId, app.tenantId)
  expect(held).toEqual(['flag.read', 'flag.evaluate', 'kb.read'])
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', `/${id}`],
    ['PUT', `/${id}/members/${eve.id}`],
  ] as const) {
    const body = method === 'PATCH' ? { name: 'Mine' } : undefined
    expect((await call(method, path, body, eve.token)).status).toBe(403)
  }
})

test('a member of another tenant is put into no team', async () => {
  const other = await app.tenant('globex')
  const stranger = await app.person('stranger', 'viewer', other.id)
  const { id } = await make('Ours')
  expect((await call('PUT', `/${id}/members/${stranger.id}`)).status).toBe(404)
  expect((await membersOf(id)).items).toEqual([])
})
