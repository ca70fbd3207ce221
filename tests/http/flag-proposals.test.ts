/** Segments and overrides where approvals are asked for: proposed, approved by others, published. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { startApp, type TestApp } from './harness.ts'

const FLAGS = '/api/admin/feature-flags'
const PROPOSALS = '/api/admin/flag-proposals'
const PRODUCTION = '/api/admin/flag-environments/production'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  await app.send('PUT', '/api/admin/flag-segments/beta', { body: list(['u1']) })
  const rules = [{ type: 'force', id: 'betas', segments: ['beta'], value: true }]
  const environments = { production: { rules } }
  const flag = { name: 'aimed', enabled: true, defaultValue: false, environments }
  await app.send('POST', FLAGS, flag)
  await app.send('PUT', PRODUCTION, { approvals: 1 })
})
afterEach(() => app.settle())
afterAll(() => app?.close())

const list = (values: string[]) => ({ type: 'list', values })
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const propose = (change: object) =>
  jsonOf(app.send('POST', PROPOSALS, { change, comment: 'Please' }))
const act = (id: string, action: string, body?: object, who = {}) =>
  app.send('POST', `${PROPOSALS}/${id}/${action}`, body, who)
const grace = { subject: 'grace' }
const valueFor = async (targetingKey: string) => {
  const context = { targetingKey }
  return (await jsonOf(app.send('POST', '/ofrep/v1/evaluate/flags/aimed', { context }))).value
}
const segment = (values: string[]) => ({ type: 'segment', name: 'beta', body: list(values) })
const override = {
  type: 'override',
  environment: 'production',
  flag: 'aimed',
  unitId: 'u9',
  value: true,
  reason: 'Asked',
}

test('what is changed directly is refused and says what to do instead', async () => {
  const direct = await app.send('PUT', '/api/admin/flag-segments/beta', { body: list(['u2']) })
  expect(direct.status).toBe(409)
  expect((await jsonOf(direct)).detail).toMatch(/proposal of the segment or override/)
  const { type: _type, flag: _flag, ...body } = override
  expect((await app.send('POST', `${FLAGS}/aimed/overrides`, body)).status).toBe(409)
})

test('a segment changes with an approval of somebody else, and not before', async () => {
  const { id, baseVersion } = await propose(segment(['u1', 'u2']))
  expect(baseVersion).toBe(1)
  expect((await act(id, 'publish', {})).status).toBe(409)
  expect((await act(id, 'approve')).status).toBe(403)
  const key = { scopes: ['flag.write'], subject: 'robot' }
  expect((await act(id, 'approve', undefined, key)).status).toBe(403)
  expect(await jsonOf(act(id, 'approve', undefined, grace))).toMatchObject({ approvers: ['grace'] })
  expect(await valueFor('u2')).toBe(false)
  expect(await jsonOf(act(id, 'publish', {}))).toMatchObject({ state: 'published' })
  expect(await valueFor('u2')).toBe(true)
  expect((await act(id, 'publish', {})).status).toBe(409)
})

test('who proposed is named, by name or address', async () => {
  const sql = connect(app.database.owner)
  const named = (id: string, name: string) =>
    sql.query(
      `insert into users (tenant_id, id, email, name, role, created_at)
         select t.id, $1, $1 || '@example.com', $2, 'owner', now() from tenants t`,
      [id, name],
    )
  await named('linus', 'Linus')
  await named('margaret', '')
  for (const [subject, authorName] of [
    ['linus', 'Linus'],
    ['margaret', 'margaret@example.com'],
    ['nobody', null],
  ] as const) {
    const body = { change: segment([subject]), comment: 'Please' }
    const made = await jsonOf(app.send('POST', PROPOSALS, body, { subject }))
    expect(made).toMatchObject({ author: subject, authorName })
    expect((await app.send('DELETE', `${PROPOSALS}/${made.id}`)).status).toBe(204)
  }
})

test('an override is set and taken away the same way, by ten at once but once', async () => {
  const { id } = await propose(override)
  await act(id, 'approve', undefined, grace)
  const answers = await Promise.all(Array.from({ length: 10 }, () => act(id, 'publish', {})))
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
  expect(await valueFor('u9')).toBe(true)
  const { reason: _reason, value: _value, ...gone } = override
  const taken = await propose({ ...gone, type: 'overrideGone' })
  await act(taken.id, 'approve', undefined, grace)
  await act(taken.id, 'publish', {})
  expect(await valueFor('u9')).toBe(false)
})

test('a proposal made from an older segment is refused, one that is discarded is over', async () => {
  const [first, second] = [await propose(segment(['a'])), await propose(segment(['b']))]
  await act(first.id, 'approve', undefined, grace)
  expect((await act(first.id, 'publish', {})).status).toBe(200)
  await act(second.id, 'approve', undefined, grace)
  expect((await act(second.id, 'publish', {})).status).toBe(409)
  expect((await app.send('DELETE', `${PROPOSALS}/${second.id}`)).status).toBe(204)
  expect((await act(second.id, 'approve', undefined, grace)).status).toBe(409)
  const { items } = await jsonOf(app.send('GET', PROPOSALS))
  expect(items).toEqual([])
})

test('an emergency publishes at once, and stands in the log as that', async () => {
  const { id } = await propose(segment(['u7']))
  const answer = await act(id, 'publish', { emergency: 'The shop is on fire' })
  expect(answer.status).toBe(200)
  expect(await valueFor('u7')).toBe(true)
  const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.draft.bypass'))
  expect(log.items[0].entry).toMatchObject({ resource: { type: 'proposal', id } })
})

test.each([
  [404, { type: 'segmentGone', name: 'nobody' }],
  [404, { ...override, flag: 'nowhere' }],
  [404, { ...override, environment: 'nowhere' }],
  [404, { type: 'overrideGone', environment: 'production', flag: 'aimed', unitId: 'nobody' }],
  [422, { type: 'flag' }],
])('what cannot be changed cannot be proposed: %i', async (status, change) => {
  const answer = await app.send('POST', PROPOSALS, { change, comment: 'Please' })
  expect(answer.status).toBe(status)
})
