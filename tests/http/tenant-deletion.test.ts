import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createLog } from '../../shared/log.ts'
import { redisOf } from '../../shared/redis.ts'
import { eraseTenants } from '../../workers/identity/schedule.ts'
import { Tenant } from '../../workers/identity/tenant-schemas.ts'
import { problemOf } from './identity-harness.ts'
import { startTenants, type TestTenants } from './tenant-harness.ts'

let app: TestTenants
let doomed: Awaited<ReturnType<TestTenants['tenant']>>
beforeAll(async () => {
  app = await startTenants()
  doomed = await app.tenant('doomed')
})
afterEach(() => app.settle())
afterAll(() => app.close())

const PATH = '/api/tenant/deletion'
const log = createLog({ level: 'error' }, {})
const run = (env: object = {}) => eraseTenants({ log, env: { ...app.env, ...env } })
const ask = (name: string) => app.send('POST', PATH, { name }, doomed.owner.token)
const state = async () => {
  const [row] = await app.sql.query(
    `select closed_at is not null as closed, erased_at is not null as erased
     from auth.tenant_deletions where tenant_id = $1`,
    [doomed.id],
  )
  return row
}
const pass = (column: string, time: string) =>
  app.sql.query(
    `update auth.tenant_deletions set ${column} = ${column} - $2::interval where tenant_id = $1`,
    [doomed.id, time],
  )

/** Tables that name a tenant, from the catalogue: a new one is in here without anybody's doing. */
async function tenantTables() {
  const rows = await app.sql.query(`
    select n.nspname || '.' || c.relname as name, a.attname as column
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid
    where n.nspname in ('public', 'auth') and c.relkind in ('r', 'p') and not a.attisdropped
      and (a.attname in ('tenant_id', 'organization_id')
        or (n.nspname, c.relname, a.attname) in (('public', 'tenants', 'id'), ('auth', 'organizations', 'id')))
    order by 1`)
  return rows as { name: string; column: string }[]
}

/** Kept on purpose: what proves that the tenant was, and is not any more. */
const KEPT = [
  'auth.setups',
  'auth.tenant_deletions',
  'public.audit_checks',
  'public.audit_head',
  'public.audit_log',
  'public.audit_tombstones',
]

async function countRows(tenantId: string) {
  const counts: Record<string, number> = {}
  for (const { name, column } of await tenantTables()) {
    if (KEPT.includes(name)) continue
    const [, rows] = await app.sql.transaction([
      app.sql.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]),
      app.sql.query(`select count(*)::int as n from ${name} where ${column} = $1`, [tenantId]),
    ])
    counts[name] = (rows as { n: number }[])[0]!.n
  }
  return counts
}

/** A row in every table of the tenant, by the rows that tests of migrations begin with. */
async function fill({ id, owner }: { id: string; owner: { id: string } }): Promise<void> {
  const document = crypto.randomUUID()
  const at = 'now()'
  const rows = [
    `insert into feature_flags values ('${id}', 'f', '', true, '{}', ${at}, ${at})`,
    `insert into feature_flag_revisions values ('${id}', 'f', 1, '{}', 'a', '', ${at})`,
    `insert into user_feature_flags values ('${id}', 'production', 'f', 'u', '1', '', null, 'a', ${at})`,
    `insert into flag_segments values ('${id}', 's', '', '{}', 1, ${at}, ${at})`,
    `insert into flag_outbox values ('${id}', 'production', 1, ${at})`,
    `insert into flag_drafts values ('${id}', '${document}', 'f', 1, '{}', '', 'a', 'open', ${at}, ${at})`,
    `insert into flag_approvals values ('${id}', '${document}', 'b', ${at})`,
    `insert into feature_flag_analytics values ('${id}', 'production', 'f', 'on', 'STATIC', 'day', ${at}, 1)`,
    `insert into flag_schedules (tenant_id, id, environment, flag, type, steps, state, comment, author,
      created_at, updated_at) values ('${id}', '${document}', 'production', 'f', 'window', '[]', 'done',
      '', 'a', ${at}, ${at})`,
    `insert into feature_flag_batches values ('${id}', '${document}', ${at})`,
    `insert into experiment_exposures values ('${id}', 'production', 'e', 0, 'u', 'on', ${at})`,
    `insert into metric_events values ('${id}', 'production', 'm', 'u', 'k', 1, ${at})`,
    `insert into experiment_moments values ('${id}', 'production', 'e', 0, 'm', 'on', ${at}, 1, 1, 1, 0, 0, 0)`,
    `insert into experiment_refreshes values ('${id}', 'production', 'e', 0, ${at})`,
    `insert into experiments values ('${id}', 'production', 'e', 'on', '[]', 'sequential', null, 1, ${at}, 'u')`,
    `insert into experiment_results values ('${id}', 'production', 'e', 0, ${at}, false)`,
    `insert into flag_references values ('${id}', 'shop', 'f', 'abc', '[]', ${at})`,
    `insert into knowledge_bases values ('${id}', 'default', 'n', 'd', null, ${at}, ${at})`,
    `insert into kb_stat (tenant_id, kb_id) values ('${id}', 'default')`,
    `insert into kb_term values ('${id}', 'default', 42, 1)`,
    `insert into kb_documents (tenant_id, id, kb_id, title, file_name, media_type, bytes, sha256,
      generation, created_at, updated_at)
      values ('${id}', '${document}', 'default', 't', 't', 't', 1, 's', 1, ${at}, ${at})`,
    `insert into jobs (tenant_id, id, document_id, generation, status, stage, request_id,
      traceparent, created_at, updated_at) values ('${id}', '${crypto.randomUUID()}', '${document}',
      1, 'ready', 'done', 'r', 't', ${at}, ${at})`,
    `insert into kb_dead_letters values ('${id}', '${document}', '${document}', 1, 0, 1, null, ${at})`,
    `insert into kb_uploads values ('${id}', '${document}', 'default', 'f', 't', 1, 'u', 'open', null,
      ${at}, ${at})`,
    `insert into kb_upload_parts values ('${id}', '${document}', 1, 1, 'e')`,
    `insert into kb_file_batches values ('${id}', '${document}', 'default', '[]', ${at}, null)`,
    `insert into kb_answers (tenant_id, id, question, abstained, kb_versions, chunks, created_at)
      values ('${id}', '${document}', 'q', false, '{}', '[]', ${at})`,
    `insert into kb_purges values ('${id}', '${crypto.randomUUID()}', ${at})`,
    `insert into kb_chunk values ('${id}', '${document}', 1, 0, 'c', 't', 0, 1, 1, '{0}', 'h')`,
    `insert into kb_vec select '${id}', '${document}', 1, 0, array_fill(0.5::real, array[1536])::vector`,
    `insert into kb_lex values ('${id}', '${document}', 1, 0, 'a:1', '{1:0.5}/1048576')`,
    `insert into auth.invitations (id, organization_id, email, expires_at, created_at, inviter_id)
      values ('i-${id}', '${id}', 'x@example.com', ${at}, ${at}, '${owner.id}')`,
    `insert into auth.api_keys (id, tenant_id, kind, name, scopes, secret_hash, created_by, created_at,
      expires_at) values ('k-${id}', '${id}', 'live', 'k', '{}', 'h', '${owner.id}', ${at}, ${at})`,
    `insert into auth.oauth_clients (id, tenant_id, name, type, grant_types, redirect_uris, scopes,
      created_by, created_at) values ('c-${id}', '${id}', 'c', 'public', '{}', '{}', '{}', 'x', ${at})`,
    `insert into auth.oauth_consents values ('${id}', 'c-${id}', '${owner.id}', '{}', ${at}, ${at})`,
    `insert into auth.oauth_grants (id, tenant_id, client_id, user_id, scopes, redirect_uri, code_hash,
      code_challenge, code_expires_at, amr, auth_time, created_at, expires_at) values ('g-${id}', '${id}',
      'c-${id}', '${owner.id}', '{}', 'r', 'h-${id}', 'c', ${at}, 'pwd', ${at}, ${at}, ${at})`,
    `insert into auth.oauth_refresh_tokens values ('h-${id}', '${id}', 'g-${id}', ${at}, ${at}, null)`,
    `insert into tenant_deks values ('${id}', 'd', 'k', 'w', ${at})`,
    `insert into provider_keys values ('${id}', 'openai', 'apiKey', 's', 1, 'last', ${at})`,
    `insert into teams values ('${id}', '${document}', 't', ${at}, ${at})`,
    `insert into team_members select tenant_id, '${document}', id, ${at} from users where tenant_id = '${id}'`,
    `insert into sessions values ('${id}', '${document}', '${owner.id}', null, 't', 'en', null, 1, null,
      ${at}, ${at})`,
    `insert into messages values ('${id}', '${document}', '${document}', 1, 'user', 'complete', null,
      'q', '[]', '[]', null, false, '{}', '{}', ${at})`,
    `select trace_append('[{"tenant": "${id}", "trace": "t", "span": "s", "service": "edge", "name": "n",
      "kind": "server", "status": "ok", "at": "2026-01-01Z", "ms": 1, "request": "r", "entry": true,
      "sampled": true, "route": "/", "code": 200, "attributes": {"http.request.method": "GET"}, "links": []}]')`,
    `insert into usage_ledger values ('${id}', '${document}', ${at}, 'p', 'm', 'answer', 'e',
      '${owner.id}', null, null, 'r', 0, 0, 0, 0, 0, 0, 0, 1, 'v', false)`,
    `insert into budgets values ('${id}', 1, null, null, null, 1, ${at})`,
    `insert into eval_sets values ('${id}', '${document}', 's', 'default', ${at})`,
    `insert into eval_cases values ('${id}', '${document}', '${document}', 'k', 'q', '[]', 'hand', ${at})`,
    `insert into eval_runs (tenant_id, id, set_id, kb_id, label, status, profile, kb_version,
      cases_total, created_at) values ('${id}', '${document}', '${document}', 'default', '', 'done', '{}',
      1, 1, ${at})`,
    `insert into eval_results values ('${id}', '${document}', '${document}', 'q', true, 1, 1, null, false,
      1, null, '[]')`,
    `insert into calendar_events values ('${id}', '${document}', 'own', '${owner.id}', null, 't', ${at},
      now() + interval '1 hour', 'UTC', 'k', null, ${at}, ${at})`,
    `insert into reservations values ('${id}', '${document}', 'c', '${owner.id}', null, 's', 'm', 'pending',
      2, ${at}, 'UTC', 'n', null, null, 'k', ${at}, ${at})`,
    `insert into mcp_servers values ('${id}', '${document}', 'crm', 'https://mcp.example.com', null, '{}', 1,
      '[]', true, ${at}, ${at})`,
    `insert into assistants values ('${id}', '${document}', 's', true, 1, null, null, ${at}, ${at})`,
    `insert into assistant_versions values ('${id}', '${document}', 1, '{}', '', 'u', null, ${at})`,
    `insert into voice_settings values ('${id}', true, 30, ${at})`,
    `insert into voice_sessions values ('${id}', '${document}', '${owner.id}', null, 'm', ${at}, ${at},
      null, 1, ${at})`,
    `insert into voice_items values ('${id}', '${document}', 1, 'i', 'user', 't', 't', null, false, 0, ${at})`,
    `insert into auth.roles values ('${id}', 'own', '', '{}', 1, ${at}, ${at})`,
  ]
  await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [id]),
    ...rows.map((row) => app.sql.query(row)),
  ])
  for (const name of ['a', 'b']) await app.env.FILES.put(`tenants/${id}/documents/${name}`, 'x')
  await redisOf(app.env).set(`${id}:flags:production`, 'x')
}

const filesOf = async (id: string) =>
  (await app.env.FILES.list({ prefix: `tenants/${id}/` })).objects.length
const cachedOf = (id: string) => redisOf(app.env).exists(`${id}:flags:production`)

test('deletion is asked for by an owner who types the name, and is days away', async () => {
  const admin = await app.person('grace', 'admin', doomed.id)
  expect((await app.send('POST', PATH, { name: doomed.name }, admin.token)).status).toBe(403)
  expect(await problemOf(await ask('Doomed'))).toMatchObject({
    status: 422,
    errors: [{ pointer: '/name' }],
  })
  const answer = await ask(doomed.name)
  expect(answer.status).toBe(202)
  const { deletionDueAt } = Tenant.parse(await answer.json())
  const days = (Date.parse(deletionDueAt!) - Date.now()) / 86_400_000
  expect(Math.round(days)).toBe(7)
  expect(await problemOf(await ask(doomed.name))).toMatchObject({ status: 409 })
  await run()
  expect(await state()).toEqual({ closed: false, erased: false })
})

test('until then it can be taken back, once', async () => {
  const cancel = () => app.send('DELETE', PATH, undefined, doomed.owner.token)
  expect((await cancel()).status).toBe(204)
  expect((await cancel()).status).toBe(404)
  await run()
  expect(await state()).toBeUndefined()
  expect((await app.events(doomed.id)).slice(-2)).toEqual([
    'tenant.delete.request',
    'tenant.delete.cancel',
  ])
})

test('every table of the tenants is filled by this test, so none can be forgotten', async () => {
  await Promise.all([fill(doomed), fill({ id: app.tenantId, owner: app.owner.user })])
  const counts = await countRows(doomed.id)
  expect(Object.entries(counts).filter(([, n]) => n === 0)).toEqual([])
})

test('when it is due nobody gets in any more, and nothing else is touched yet', async () => {
  await ask(doomed.name)
  await pass('due_at', '7 days 1 minute')
  await run()
  expect(await state()).toEqual({ closed: true, erased: false })
  expect(await app.binding.permissionsNow(doomed.owner.sessionId, doomed.id)).toBeNull()
  expect(await (await app.renew(doomed.owner.cookie)).json()).toMatchObject({ tenant: null })
  const cancel = await app.send('DELETE', PATH, undefined, doomed.owner.token)
  expect(cancel.status).toBe(401)
  expect(await filesOf(doomed.id)).toBe(2)
})

test('an erasure that fails half-way is taken up again, and ends with nothing left', async () => {
  await pass('closed_at', '11 minutes')
  const failing = vi.spyOn(console, 'log').mockReturnValue()
  const broken = { ...app.binding, eraseTenantRows: () => Promise.reject(new Error('down')) }
  await run({ IDENTITY: broken })
  failing.mockRestore()
  expect(await state()).toEqual({ closed: true, erased: false })
  expect((await countRows(doomed.id))['public.kb_documents']).toBe(1)

  await Promise.all([run(), run()])
  expect(await state()).toEqual({ closed: true, erased: true })
  const left = Object.entries(await countRows(doomed.id)).filter(([, n]) => n > 0)
  expect(left).toEqual([])
  expect(await filesOf(doomed.id)).toBe(0)
  expect(await cachedOf(doomed.id)).toBe(0)
  await run()
  const ends = (await app.events(doomed.id)).filter((event) => event === 'tenant.delete')
  expect(ends).toHaveLength(1)
})

test('the neighbour has everything it had', async () => {
  const counts = await countRows(app.tenantId)
  expect(Object.entries(counts).filter(([, n]) => n === 0)).toEqual([])
  expect(await filesOf(app.tenantId)).toBe(2)
  expect(await cachedOf(app.tenantId)).toBe(1)
})

test('the identity Worker’s role erases no tenant that is not closed', async () => {
  await expect(app.binding.eraseTenantRows(app.tenantId)).rejects.toMatchObject({
    code: 'conflict',
  })
})
