/**
 * What keeps tenants apart in the database, read from its catalogue, and attempts to get around it.
 * Attempts that need a role to be what it logged in as run on a real PostgreSQL only: the embedded
 * one changes roles inside a superuser's session, so there they would prove nothing.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { type TestDatabase, testDatabases } from '../http/database.ts'

describe.each(testDatabases())('on $name', (kind) => {
  let database: TestDatabase
  let owner: Sql
  let asApp: Sql
  let asAuth: Sql
  beforeAll(async () => {
    database = await kind.open({ migrated: true })
    owner = connect(database.owner)
    asApp = connect({ ...database.owner, databaseUrl: database.url('app_user') })
    asAuth = connect({ ...database.owner, databaseUrl: database.url('auth_user') })
    for (const tenant of ['acme', 'globex']) {
      await owner.transaction([
        owner.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
        owner.query('insert into tenants values ($1, $1, now())', [tenant]),
        owner.query(`insert into feature_flags values ($1, $2, '', true, '{}', now(), now())`, [
          tenant,
          `of-${tenant}`,
        ]),
      ])
    }
  })
  afterAll(() => database?.close())

  /** One batch as the product sends it; answers what the last statement did. */
  async function within(tenant: string, ...statements: string[]) {
    const scope = asApp.query(`select set_config('app.tenant_id', $1, true)`, [tenant])
    const results = await asApp.transaction([scope, ...statements.map((text) => asApp.query(text))])
    return results.at(-1)
  }

  test('every table with a tenant in it has row-level security, forced, and a policy', async () => {
    const open = await owner.query(`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and a.attname = 'tenant_id' and not a.attisdropped
        and not (c.relrowsecurity and c.relforcerowsecurity
          and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant'))`)
    expect(open).toEqual([])
  })

  test('the primary key of every such table begins with the tenant', async () => {
    const others = await owner.query(`
      select c.relname as name from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        join pg_index i on i.indrelid = c.oid and i.indisprimary
      where c.relnamespace = 'public'::regnamespace and i.indkey[0] <> a.attnum`)
    expect(others).toEqual([])
  })

  /** Reviewed by hand: each of these runs as the owner, past row-level security or around it. */
  test('the functions that run as their owner are those we mean, and name their search path', async () => {
    const rows = await owner.query(`
      select n.nspname || '.' || p.proname as name,
        array_to_string(array(select g.grantee::regrole::text from aclexplode(p.proacl) g
          where g.grantee <> p.proowner order by 1), ' ') as granted,
        coalesce(array_to_string(p.proconfig, ' '), '') as config,
        p.proacl is null or exists (select from aclexplode(p.proacl) g where g.grantee = 0) as open
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and n.nspname in ('public', 'auth') order by 1`)
    const known = rows as { name: string; granted: string; config: string; open: boolean }[]
    expect(known.filter(({ open }) => open)).toEqual([])
    expect(known.filter(({ config }) => !config.startsWith('search_path='))).toEqual([])
    const lines = known.map(({ name, granted }) => `${name} ${granted || 'nobody'}\n`)
    await expect(lines.join('')).toMatchFileSnapshot('definer-functions.txt')
  })

  test.each([
    ['without a tenant nothing shows', '', []],
    ['a tenant sees its own', 'acme', [{ name: 'of-acme' }]],
    ['a name made to match all matches none', `acme' or '1'='1`, []],
  ])('%s', async (_name, tenant, expected) => {
    const query = `select name from feature_flags where name like 'of-%'`
    expect(await within(tenant, query)).toEqual(expected)
  })

  test('the tenant of one batch is gone in the next', async () => {
    await within('acme', 'select 1')
    expect(await asApp.query('select name from feature_flags')).toEqual([])
  })

  test.each([
    [
      'write a row of another',
      `insert into feature_flags values ('globex', 'x', '', true, '{}', now(), now())`,
    ],
    ['move a row to another', `update feature_flags set tenant_id = 'globex'`],
    ['turn the policies off', 'alter table feature_flags disable row level security'],
    ['stop forcing them', 'alter table feature_flags no force row level security'],
    ['drop a policy', 'drop policy tenant on feature_flags'],
    ['ignore them for a session', 'set row_security = off; '],
    ['empty a table', 'truncate feature_flags'],
    ['read accounts', 'select * from auth.users'],
    [
      'make a function that runs as itself in public',
      'create function public.f() returns int language sql as $$ select 1 $$',
    ],
    ['make a table in public', 'create table public.mine (id int)'],
    ['call a function of the other Worker', `select auth.erase_tenant('globex', 1)`],
    ['copy to a program', `copy feature_flags to program 'cat'`],
    ['read a file', `select pg_read_file('/etc/passwd')`],
  ])('a tenant may not %s', async (_name, statement) => {
    const then = statement.endsWith('; ') ? 'select name from feature_flags' : statement
    const attempts = statement.endsWith('; ') ? [statement.slice(0, -2), then] : [then]
    await expect(within('acme', ...attempts)).rejects.toMatchObject({ code: '42501' })
  })

  test('updates and deletions without a filter touch the tenant’s own rows only', async () => {
    await within('acme', `update feature_flags set description = 'mine'`)
    await within('acme', 'delete from feature_flags')
    const [, rows] = await owner.transaction([
      owner.query(`select set_config('app.tenant_id', 'globex', true)`),
      owner.query(`select name, description from feature_flags
        where tenant_id = 'globex' and name like 'of-%'`),
    ])
    expect(rows).toEqual([{ name: 'of-globex', description: '' }])
  })

  test('the identity Worker’s role reads no tenant’s rows', async () => {
    await expect(asAuth.query('select * from feature_flags')).rejects.toMatchObject({
      code: '42501',
    })
  })

  describe.skipIf(kind.name === 'PGlite')('as what it logged in as (real PostgreSQL)', () => {
    test.each([
      ['set role', 'set role voiceassist'],
      ['set session authorization', 'set session authorization voiceassist'],
      ['set_config', `select set_config('role', 'voiceassist', true)`],
      [
        'set_config for the session',
        `select set_config('session_authorization', 'voiceassist', false)`,
      ],
      ['the other Worker’s role', 'set role auth_user'],
      ['alter role', 'alter role app_user bypassrls'],
      ['create role', 'create role mallory superuser'],
      ['grant', 'grant voiceassist to app_user'],
    ])('%s does not make another role of it', async (_name, statement) => {
      await expect(within('acme', statement)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|22023)$/),
      })
    })
  })
})

test('tenant tables are reached through shared/database.ts and in no other way', async () => {
  const files = await sources('workers', 'shared', 'durable-objects')
  const clients = /from '(@neondatabase\/serverless|drizzle-orm\/neon-http|pg|postgres)'/
  const direct = files.filter(({ text }) => clients.test(text)).map(({ path }) => path)
  expect(direct.toSorted()).toEqual([
    'shared/database.ts',
    'shared/sql-fetch.ts',
    'workers/identity/issuer/database.ts',
    'workers/identity/issuer/refusal.ts',
  ])
  const settings = files.filter(
    ({ path, text }) => /\bDATABASE_URL\b/.test(text) && !/settings|context/.test(path),
  )
  expect(settings.map(({ path }) => path)).toEqual(['shared/database.ts'])
})

async function sources(...folders: string[]) {
  const root = join(import.meta.dirname, '../..')
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true })
      return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
    }),
  )
  return Promise.all(
    found.flat().map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })),
  )
}
