/** The audit log in Postgres: who may do what to it, and that its hashes are those we compute. */
import { sql as query } from 'drizzle-orm'
import { assert, asyncProperty, string } from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { withTenant } from '../../shared/database.ts'
import { canonical } from '../../workers/audit/canonical.ts'
import { type ChainRow, followChain, isFault } from '../../workers/audit/chain.ts'
import { auditEntry } from '../../workers/audit/service.ts'
import { startAudit, type TestAudit } from './audit-harness.ts'

let log: TestAudit
beforeAll(async () => void (log = await startAudit()))
afterAll(() => log?.close())

/** A chain of its own for every test, so that none depends on another. */
let tenant: string
let count = 0
beforeEach(() => void (tenant = `tenant-${++count}`))

const ID = '019a0000-0000-7000-8000-000000000001'

test('Postgres and we compute the same hashes, whatever text an entry holds', async () => {
  // Postgres holds every character but NUL, which JSON could spell and jsonb cannot.
  const text = string({ unit: 'binary', maxLength: 40 }).map((value) =>
    value.toWellFormed().replaceAll('\0', ''),
  )
  const printable = text.filter((value) => /^[^\p{Cc}]+$/u.test(value))
  await assert(
    asyncProperty(text, printable, (reason, id) =>
      log.append(tenant, { reason, resource: { type: 'doc', id } }),
    ),
    { numRuns: 30 },
  )
  const rows = await log.readChain(tenant)
  expect(await log.verdict(tenant)).toMatchObject({ seq: rows.length })
  for (const { body } of rows) expect(canonical(JSON.parse(body))).toBe(body)
})

test('ten at once make one chain of ten', async () => {
  await Promise.all(Array.from({ length: 10 }, () => log.append(tenant)))
  expect(await log.verdict(tenant)).toMatchObject({ seq: 10, length: 10 })
})

const STATEMENTS = [
  `update audit_log set body = '{}'`,
  'delete from audit_log',
  'truncate audit_log',
  `insert into audit_log (tenant_id, seq, at, body, prev, hash) values ('T', 9, now(), '{}', '', '')`,
  'update audit_head set seq = 1',
  `update audit_head set hash = 'x'`,
  'delete from audit_head',
  'truncate audit_head',
  `insert into audit_tombstones values ('T', 2, '', now())`,
  `select audit_erase('T', 1, now(), '{}')`,
]

test.each(STATEMENTS)('neither of the application’s roles may %s', async (statement) => {
  await log.append(tenant)
  const { owner, url } = log.database
  for (const role of ['app_user', 'auth_user'] as const) {
    const sql = connect({ ...owner, databaseUrl: url(role) })
    const attempt = sql.transaction([
      sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
      sql.query(statement.replace(`'T'`, `'${tenant}'`)),
    ])
    await expect(attempt).rejects.toMatchObject({ code: '42501' })
  }
  expect(await log.verdict(tenant)).toMatchObject({ seq: 1, length: 1 })
})

test.each(STATEMENTS.filter((text) => /^[udt]/.test(text)))(
  'the owner may not %s',
  async (statement) => {
    await log.append(tenant)
    await log.append(tenant)
    await expect(log.inTenant(tenant, statement)).rejects.toMatchObject({ code: '42501' })
    expect(await log.verdict(tenant)).toMatchObject({ seq: 2, length: 2 })
  },
)

test('a tenant reads its own log only, and writes into no other', async () => {
  await log.append(tenant)
  await log.append('other')
  const { ctx } = log.contextOf('other')
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(query`select tenant_id from audit_log union select tenant_id from audit_head`),
  ])
  expect(rows).toEqual([{ tenant_id: 'other' }])
  const foreign = withTenant(ctx).batch((tx) => [
    tx.execute(auditEntry(ctx, 'flag.change', { tenantId: tenant })),
  ])
  await expect(foreign).rejects.toMatchObject({ code: '42501' })
  const { owner, url } = log.database
  const auth = connect({ ...owner, databaseUrl: url('auth_user') })
  const reading = auth.query('select * from public.audit_log')
  await expect(reading).rejects.toMatchObject({ code: '42501' })
})

test('an entry with the id of one that is there is passed over', async () => {
  const entries = JSON.stringify(
    [1, 1].map(() => ({ at: '2026-01-01Z', body: canonical({ id: ID, tenant }) })),
  )
  const call = () =>
    log.inTenant(tenant, 'select audit_append_all($1, $2) as seq', [tenant, entries])
  expect(await call()).toEqual([{ seq: '1' }])
  expect(await call()).toEqual([{ seq: '1' }])
  expect(await log.verdict(tenant)).toMatchObject({ length: 1 })
})

test.each([
  ['without an id', (own: string) => ({ tenant: own })],
  ['of another tenant', () => ({ tenant: 'x', id: ID })],
  ['without a tenant', () => ({ id: ID })],
])('an entry %s is refused', async (_name, body) => {
  const statement = 'select audit_append($1, now(), $2)'
  const call = log.inTenant(tenant, statement, [tenant, canonical(body(tenant))])
  await expect(call).rejects.toMatchObject({ code: '22023' })
})

test('an erasure leaves a tombstone, an entry, and a chain that can still be followed', async () => {
  for (let n = 0; n < 5; n++) await log.append(tenant)
  const whole = await log.readChain(tenant)
  const erase = (through: number, named = through) => {
    const body = canonical({ event: 'audit.erase', facts: { through: named }, id: ID, tenant })
    const statement = 'select audit_erase($1, $2, now(), $3) as erased'
    return log.inTenant(tenant, statement, [tenant, through, body])
  }
  await expect(erase(3, 2)).rejects.toMatchObject({ code: '22023' })
  await expect(erase(9)).rejects.toMatchObject({ code: '22023' })
  expect(await erase(3)).toEqual([{ erased: '3' }])

  const left = await log.readChain(tenant)
  expect(left.map(({ seq }) => seq)).toEqual([4, 5, 6])
  const last = JSON.parse(left.at(-1)!.body)
  expect(last).toMatchObject({ event: 'audit.erase', facts: { through: 3 } })
  const statement = 'select last_seq::int as seq, hash from audit_tombstones where tenant_id = $1'
  const [tombstone] = await log.inTenant(tenant, statement, [tenant])
  expect(tombstone).toEqual({ seq: 3, hash: whole[2]!.hash })
  expect(isFault(await followChain(tenant, tombstone as unknown as ChainRow, left))).toBe(false)
  const more = log.inTenant(tenant, 'delete from audit_log where tenant_id = $1', [tenant])
  await expect(more).rejects.toMatchObject({ code: '42501' })
})
