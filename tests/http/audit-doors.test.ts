/** The two doors to the audit log: the entry in a change's batch, and the one that is queued. */
import { neon } from '@neondatabase/serverless'
import { sql as query } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { withTenant } from '../../shared/database.ts'
import { AuditMessage } from '../../workers/audit/schemas.ts'
import {
  auditColumn,
  type AuditDetails,
  auditEntry,
  recordAudit,
} from '../../workers/audit/service.ts'
import { resource, startAudit, type TestAudit } from './audit-harness.ts'

let log: TestAudit
beforeAll(async () => void (log = await startAudit()))
afterAll(() => log?.close())

let tenant: string
let count = 0
beforeEach(() => {
  tenant = `tenant-${++count}`
  log.sent.splice(0)
})

test('an entry says who did what, where and when, and nothing else', async () => {
  const facts = { enabled: false }
  await log.append(tenant, { resource, facts, reason: 'asked by ada@example.com' })
  const [row] = await log.readChain(tenant)
  expect(JSON.parse(row!.body)).toEqual({
    v: 1,
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    event: 'flag.change',
    tenant,
    actor: 'test',
    actorType: 'system',
    resource,
    outcome: 'ok',
    reason: 'asked by [EMAIL_REDACTED]',
    requestId: 'r1',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    facts,
  })
  expect(row).toMatchObject({ seq: 1, at: '2026-11-20T12:00:00.000Z', prev: '0'.repeat(64) })
})

test('the entry and the change it tells of happen together or not at all', async () => {
  const { ctx } = log.contextOf('acme')
  const insert = (name: string) => query`
    insert into feature_flags values ('acme', ${name}, '', true, '{}', now(), now())`
  const create = (name: string) =>
    withTenant(ctx).batch((tx) => [
      tx.execute(insert(name)),
      tx.execute(auditEntry(ctx, 'flag.create', { resource: { type: 'flag', id: name } })),
    ])
  const stored = async () => {
    const flags = `select name from feature_flags
      where tenant_id = 'acme' and name in ('a', 'b') order by name`
    const names = (await log.inTenant('acme', flags)).map(({ name }) => name)
    const entries = (await log.readChain('acme')).map(({ body }) => JSON.parse(body).resource.id)
    return [names, entries]
  }

  await create('a')
  expect(await stored()).toEqual([['a'], ['a']])
  // The change fails: there is no entry.
  await expect(create('a')).rejects.toMatchObject({ code: '23505' })
  expect(await stored()).toEqual([['a'], ['a']])
  // The entry fails: there is no change.
  await log.owner.query('alter table audit_log add constraint damage check (seq < 2) not valid')
  await expect(create('b')).rejects.toMatchObject({ code: '23514' })
  await log.owner.query('alter table audit_log drop constraint damage')
  expect(await stored()).toEqual([['a'], ['a']])
})

test('a change that finds nothing to change leaves no entry', async () => {
  const { ctx } = log.contextOf('globex')
  await log.owner.query('grant update on tenants to app_user')
  const rename = async (name: string) => {
    const [{ rows }] = await withTenant(ctx).batch((tx) => [
      tx.execute(query`
        with changed as (update tenants set name = name where id = ${name} returning id)
        select id, ${auditColumn(ctx, 'tenant.update', {})} as seq from changed`),
    ])
    return rows
  }
  expect(await rename('nobody')).toEqual([])
  expect(await log.readChain('globex')).toEqual([])
  expect(await rename('globex')).toEqual([{ id: 'globex', seq: '1' }])
})

test('identity appends to any chain, and what follows in its batch sees no more than before', async () => {
  const auth = drizzle(neon(log.database.url('auth_user')))
  const { ctx } = log.contextOf(tenant)
  const actor = { type: 'user', userId: 'bob', sessionId: 's1', actedBy: 'ada' } as const
  const client = { ip: '203.0.113.7', userAgent: 'Firefox' }
  const [, scope] = await auth.batch([
    auth.execute(auditEntry({ ...ctx, client }, 'auth.signin.ok', { actor })),
    auth.execute(query`select current_setting('app.tenant_id', true) as scope`),
  ])
  expect(scope.rows).toEqual([{ scope: '' }])
  const [row] = await log.readChain(tenant)
  const who = { actor: 'ada', actorType: 'user', sid: 's1', actAs: 'bob' }
  const ua = expect.stringMatching(/^[0-9a-f]{16}$/)
  expect(JSON.parse(row!.body)).toMatchObject({ ...who, ip: '203.0.113.7', ua })
})

test('what changes nothing is sent to the queue', async () => {
  const { ctx, settle } = log.contextOf(tenant)
  const client = { ip: '2001:db8::1', userAgent: 'Firefox' }
  recordAudit({ ...ctx, client }, 'doc.read', { outcome: 'denied', reason: 'no' })
  await settle()
  expect(AuditMessage.parse(log.sent[0])).toMatchObject({
    at: '2026-11-20T12:00:00.000Z',
    entry: { event: 'doc.read', outcome: 'denied', tenant, ip: '2001:db8:0:0::/64' },
  })
})

test('when the queue fails, the log line keeps the entry', async () => {
  const { ctx, lines, settle } = log.contextOf(tenant)
  const send = async () => Promise.reject(new Error('down'))
  recordAudit({ ...ctx, env: { AUDIT_EVENTS: { send } } }, 'authz.denied', { outcome: 'denied' })
  await settle()
  const audit = { entry: { event: 'authz.denied', tenant } }
  expect(lines).toMatchObject([{ level: 'error', audit }])
})

test.each<[string, AuditDetails]>([
  ['two words', { facts: { note: 'two words' } }],
  ['a name with a space', { facts: { 'a name': 1 } }],
  ['an empty id', { resource: { type: 'doc', id: '' } }],
  ['a line break', { resource: { type: 'doc', id: 'a\nb' } }],
])('an entry with %s is refused', (_name, details) => {
  const { ctx } = log.contextOf(tenant)
  expect(() => auditEntry(ctx, 'doc.read', details)).toThrow(/must have|must be|Invalid/)
})
