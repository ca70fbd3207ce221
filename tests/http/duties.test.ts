/** What the schedule does by itself: logs are verified daily, keys replaced yearly, what is over goes. */
import { decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openCheckpoint } from '../../workers/audit/checkpoint.ts'
import { runCheckpoints, runVerification } from '../../workers/queue.ts'
import { startPlatform, type TestPlatform } from './platform-harness.ts'

const DAY = 86_400

vi.setConfig({ testTimeout: 120_000 })

let app: TestPlatform
beforeAll(async () => {
  app = await startPlatform()
})
afterEach(() => app.settle())
afterAll(async () => {
  vi.useRealTimers()
  await app.close()
})

const pass = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
const later = (work: Promise<unknown>) => app.execution.waitUntil(work)
const verify = () => runVerification(app.env, later)

async function checkOf(tenant: string) {
  const [row] = await app.sql.query(
    `select progress->'link'->>'seq' as seq, verified_at as at, fault from audit_checks
     where tenant_id = $1`,
    [tenant],
  )
  return row
}

/** Entries of a tenant's own making, written as the product writes them. */
const fill = (tenant: string, count: number) =>
  app.sql.query(
    `select audit_append_all($1, json_agg(json_build_object('at', now(), 'body',
       '{"event":"flag.change","id":"' || gen_random_uuid() || '","tenant":"' || $1 || '"}')))
     from generate_series(1, $2)`,
    [tenant, count],
  )

/** As somebody who owns the database and switches the triggers off. */
async function tamper(tenant: string, statement: string) {
  await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    app.sql.query('alter table audit_log disable trigger user'),
    app.sql.query(statement, [tenant]),
    app.sql.query('alter table audit_log enable trigger user'),
  ])
}

async function silently(run: () => Promise<void>): Promise<string[]> {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  await run()
  const lines = log.mock.calls.map(([line]) => String(line))
  log.mockRestore()
  return lines
}

test('every log is verified once a day, with its checkpoints', async () => {
  await runCheckpoints(app.env, later)
  await verify()
  expect(await checkOf(app.tenantId)).toMatchObject({ fault: null, seq: null })
  const { at } = (await checkOf(app.tenantId))!
  pass(DAY / 2)
  await verify()
  expect((await checkOf(app.tenantId))!['at']).toEqual(at)
  pass(DAY / 2)
  await verify()
  expect((await checkOf(app.tenantId))!['at']).not.toEqual(at)
})

test('a long log is verified in slices, over many runs', async () => {
  await fill('long', 6000)
  await verify()
  expect(await checkOf('long')).toMatchObject({ seq: '5000', at: null })
  await verify()
  expect(await checkOf('long')).toMatchObject({ seq: null, fault: null })
  expect((await checkOf('long'))!['at']).not.toBeNull()
})

test.each([
  [
    'edited',
    `update audit_log set body = replace(body, 'flag', 'role') where tenant_id = $1 and seq = 2`,
  ],
  ['gap', 'delete from audit_log where tenant_id = $1 and seq = 2'],
  ['tail_cut', 'delete from audit_log where tenant_id = $1 and seq = 3'],
])(
  'a log that is %s raises an alert by name, and those who run the platform get a mail',
  async (kind, statement) => {
    const tenant = `broken-${kind}`
    await fill(tenant, 3)
    await tamper(tenant, statement)
    const lines = await silently(verify)
    const alert = lines.find((line) => line.includes('audit.verification.failed'))
    expect(JSON.parse(alert ?? '{}')).toMatchObject({ level: 'error', tenant_id: tenant, kind })
    expect((await checkOf(tenant))!['fault']).toMatch(new RegExp(`^${kind}:`))
    const mails = await app.mailsTo(app.root.email)
    expect(mails).toMatchObject([{ template: 'audit-alert', data: { tenant } }])
  },
)

test('an alert that could not be sent is raised again', async () => {
  await fill('unsent', 3)
  await tamper('unsent', 'delete from audit_log where tenant_id = $1 and seq = 2')
  const IDENTITY = { ...app.binding, alertBrokenLog: () => Promise.reject(new Error('down')) }
  await silently(() => runVerification({ ...app.env, IDENTITY } as never, later))
  expect(await checkOf('unsent')).toBeUndefined()
  await silently(verify)
  expect(await app.mailsTo(app.root.email)).toHaveLength(1)
})

test('checkpoints get another key every year, known a month before, and old ones stay good', async () => {
  const rotate = () => app.binding.rotateKeys()
  const chain = { tenantId: 'acme', seq: 1, hash: 'a'.repeat(64) }
  const kidOf = (jws: string) => decodeProtectedHeader(jws).kid
  const first = await app.binding.signCheckpoint(chain)
  pass(333 * DAY)
  await rotate()
  expect(await app.binding.auditKeys()).toHaveLength(1)
  pass(3 * DAY)
  await Promise.all(Array.from({ length: 5 }, rotate))
  expect(await app.binding.auditKeys()).toHaveLength(2)
  expect(kidOf(await app.binding.signCheckpoint(chain))).toBe(kidOf(first))
  pass(30 * DAY)
  const second = await app.binding.signCheckpoint(chain)
  expect(kidOf(second)).not.toBe(kidOf(first))
  const keys = await app.binding.auditKeys()
  for (const jws of [first, second])
    expect(await openCheckpoint(jws, keys)).toMatchObject({ seq: 1 })
  await rotate()
  expect(await app.binding.auditKeys()).toHaveLength(2)
  const turns = (await app.events('_platform')).filter((event) => event === 'key.rotate')
  expect(turns.length).toBeGreaterThanOrEqual(1)
})

test('what has served its time goes, and what has not stays', async () => {
  const at = new Date().toISOString()
  await app.sql.query(
    `insert into auth.api_keys (id, tenant_id, kind, name, scopes, secret_hash, created_by, created_at,
       expires_at, revoked_at)
     select id, $1, 'live', id, '{}', 'h', 'u', $2::timestamptz, $2::timestamptz + life, $2::timestamptz + revoked
     from (values ('expired', interval '1 day', null), ('revoked', interval '300 days', interval '1 day'),
       ('alive', interval '300 days', null)) as k(id, life, revoked)`,
    [app.tenantId, at],
  )
  await app.sql.query(
    `insert into auth.invitations (id, organization_id, email, expires_at, created_at, inviter_id)
     select id, $1, id || '@example.com', $2::timestamptz + life, $2, $3
     from (values ('old', interval '1 day'), ('young', interval '60 days')) as i(id, life)`,
    [app.tenantId, at, app.root.id],
  )
  await app.sql.query(
    `insert into auth.bans values ($1, 'r', 'b', $2, $2::timestamptz + interval '1 day')`,
    [app.owner.user.id, at],
  )
  const left = async (table: string) =>
    (await app.sql.query(`select * from auth.${table} order by 1`)).map(
      (row) => row['id'] ?? row['user_id'],
    )
  pass(30 * DAY)
  await app.binding.sweepOrphans()
  expect(await left('api_keys')).toEqual(['alive', 'expired', 'revoked'])
  expect(await left('invitations')).toEqual(['old', 'young'])
  pass(2 * DAY)
  await app.binding.sweepOrphans()
  expect(await left('invitations')).toEqual(['young'])
  pass(60 * DAY)
  await app.binding.sweepOrphans()
  expect(await left('api_keys')).toEqual(['alive'])
  expect(await left('bans')).toEqual([])
})
