/**
 * Roles through the Neon stand-in: a request is its role and nothing else, row level security
 * binds it, and nothing of it is left for the next request.
 */
import { neon } from '@neondatabase/serverless'
import { beforeAll, expect, test } from 'vitest'
import { query } from '../../local/postgres/messages.ts'
import { readResults } from '../../local/postgres/replies.ts'
import { describeBackends, openTo } from './neon-backends.ts'

describeBackends((stand) => {
  const asOwner = () => neon(stand.neon.url(stand.owner))
  const asApp = () => neon(stand.neon.url(stand.app))

  beforeAll(async () => {
    await asOwner().transaction((sql) => [
      sql`create table notes (tenant_id text, id int, primary key (tenant_id, id))`,
      sql`alter table notes enable row level security`,
      sql`alter table notes force row level security`,
      sql`create policy own on notes using
        (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))`,
      sql.query(`grant select, insert, update on notes to ${stand.app}`),
      sql`insert into notes values ('acme', 1), ('acme', 2), ('globex', 1)`,
    ])
  })

  /** One batch with the tenant set, as the product sends it. */
  const within = async (tenantId: string, statement: string) => {
    const sql = asApp()
    const scope = sql`select set_config('app.tenant_id', ${tenantId}, true)`
    return (await sql.transaction([scope, sql.query(statement)]))[1]
  }

  test('a request runs as the role that logs in', async () => {
    const who = 'select current_user::text as "current", session_user::text as session'
    for (const [sql, role] of [
      [asApp(), stand.app],
      [asOwner(), stand.owner],
    ] as const) {
      expect(await sql.query(who)).toEqual([{ current: role, session: role }])
      const [single] = await sql.transaction([sql.query(who)])
      expect(single).toEqual([{ current: role, session: role }])
    }
  })

  test('row level security gives a tenant its rows, and nobody any', async () => {
    expect(await within('acme', 'select count(*)::int from notes')).toEqual([{ count: 2 }])
    expect(await within('globex', 'select count(*)::int from notes')).toEqual([{ count: 1 }])
    expect(await asApp()`select * from notes`).toEqual([])
    expect(await asOwner()`select * from notes`).toHaveLength(3)
  })

  test('rows of another tenant cannot be written', async () => {
    const insert = within('acme', `insert into notes values ('globex', 9)`)
    await expect(insert).rejects.toMatchObject({ code: '42501' })
    const move = within('acme', `update notes set tenant_id = 'globex' where id = 2`)
    await expect(move).rejects.toMatchObject({ code: '42501' })
    expect(await within('acme', `update notes set id = 7 where tenant_id = 'globex'`)).toEqual([])
    expect(await asOwner()`select * from notes where id in (7, 9)`).toEqual([])
  })

  test.each([
    `alter table notes disable row level security`,
    `drop table notes`,
    `create role intruder`,
    `select set_config('role', 'OWNER', false)`,
    `set role OWNER`,
    `set session_replication_role = replica`,
    `copy notes to '/tmp/notes'`,
  ])('an ordinary role may not: %s', async (statement) => {
    const refused = asApp().query(statement.replace('OWNER', stand.owner))
    await expect(refused).rejects.toMatchObject({ code: '42501' })
  })

  test('settings, temporary tables and locks end with their request', async () => {
    const sql = asApp()
    await sql`set search_path = pg_catalog`
    await sql`select set_config('app.tenant_id', 'acme', false)`
    await sql`create temporary table scratch (id int)`
    await sql`select pg_advisory_lock(42)`
    await sql`listen news`
    await sql`begin`
    for (const next of [asApp(), asOwner()]) {
      const [left] = await next`select current_setting('search_path') as path,
        coalesce(current_setting('app.tenant_id', true), '') as tenant, to_regclass('scratch') as temp,
        (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
        (select count(*)::int from pg_listening_channels()) as channels`
      const path = '"$user", public'
      expect(left).toEqual({ path, tenant: '', temp: null, locks: 0, channels: 0 })
    }
    expect(await sql`select * from notes`).toEqual([])
  })

  test('what a role may not see does not depend on who came before', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        if (index % 4 === 0) return asOwner()`select * from notes`
        return index % 4 === 1 ? asApp()`select * from notes` : within('acme', 'table notes')
      }),
    )
    const counts = answers.map((rows) => rows?.length)
    expect(counts).toEqual(Array.from({ length: 10 }, () => [3, 0, 2, 2]).flat())
  })

  test('settings of the role itself are in force when it logs in', async () => {
    await asOwner().query(`alter role ${stand.app} set work_mem = '7MB'`)
    const { exchange, socket } = await openTo(stand, stand.app)
    expect(readResults(await exchange(query('show work_mem')))[0]?.rows).toEqual([['7MB']])
    expect(await asOwner()`show work_mem`).toEqual([{ work_mem: '4MB' }])
    socket.destroy()
  })

  test('a role that may not log in does not', async () => {
    await asOwner().query(`alter role ${stand.app} nologin`)
    await expect(openTo(stand, stand.app)).rejects.toMatchObject({ fields: { code: '28000' } })
    await asOwner().query(`alter role ${stand.app} login`)
    expect(await asApp()`select 1 as one`).toEqual([{ one: 1 }])
  })
})
