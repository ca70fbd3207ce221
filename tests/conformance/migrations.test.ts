/**
 * Migrations go up, down and up again without losing a row, on the embedded PostgreSQL and, when
 * TEST_DATABASE_URL names its owner, on a real one.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { readMigrations } from '../../operations/database/files.ts'
import { history, migrateDown, migrateUp, pendingOf } from '../../operations/database/migrate.ts'
import { type TestDatabase, testDatabases } from '../http/database.ts'

const seed = await readFile(join(import.meta.dirname, 'seed.sql'), 'utf8')

describe.each(testDatabases())('on $name', (kind) => {
  let database: TestDatabase
  let sql: Sql
  beforeAll(async () => {
    database = await kind.open({ migrated: false })
    sql = connect(database.owner)
  })
  afterAll(() => database?.close())

  test('up, seed, down, up keeps every row', async () => {
    const migrations = await readMigrations()
    const names = migrations.map(({ name }) => name)
    expect(await migrateUp(database.owner)).toEqual(names)
    expect(await migrateUp(database.owner)).toEqual([])
    await sql.transaction(
      seed
        .split(';\n')
        .filter((text) => text.trim())
        .map((text) => sql.query(text)),
    )

    const before = await allRows(sql)
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([])
    expect(await migrateDown(database.owner, names.length)).toEqual(names.toReversed())
    expect((await tables(sql)).filter((name) => !name.includes('archive_'))).toEqual([])
    await migrateUp(database.owner)
    expect(await allRows(sql)).toEqual(before)
  })

  test('every table of the tenants has row-level security, forced', async () => {
    const open = await sql.query(`
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'migrations'
        and not (c.relrowsecurity and c.relforcerowsecurity)`)
    expect(open).toEqual([])
  })

  test('no login role of the application may bypass it or own a table', async () => {
    const rows = await sql.query(`
      select rolname, rolsuper or rolbypassrls as bypasses,
        exists (select from pg_class where relowner = pg_roles.oid and relkind = 'r') as owns
      from pg_roles where rolname in ('app_user', 'auth_user') order by 1`)
    expect(rows).toEqual([
      { rolname: 'app_user', bypasses: false, owns: false },
      { rolname: 'auth_user', bypasses: false, owns: false },
    ])
  })

  test('an edited file is refused, and so is one that is gone', async () => {
    const migrations = await readMigrations()
    const applied = await history(sql)
    const edited = migrations.map((migration) => ({ ...migration, checksum: 'x' }))
    expect(() => pendingOf(edited, applied)).toThrow(/edited after it was applied/)
    expect(() => pendingOf(migrations.slice(1), applied)).toThrow(/its file is gone/)
  })

  test('two runners at once: one applies, the other finds nothing to do', async () => {
    const names = (await readMigrations()).map(({ name }) => name)
    await migrateDown(database.owner, names.length)
    const both = await Promise.all([migrateUp(database.owner), migrateUp(database.owner)])
    expect(both.flat().toSorted()).toEqual(names)
  })
})

async function tables(sql: Sql): Promise<string[]> {
  const rows = await sql.query(`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_schema in ('public', 'auth') and table_type = 'BASE TABLE'
      and table_name <> 'migrations' order by 1`)
  return rows.map(({ name }) => String(name))
}

/** Every row of every table as text, sorted, so that order and type cannot hide a difference. */
async function allRows(sql: Sql): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {}
  for (const table of await tables(sql)) {
    const found = await sql.query(`select t::text as row from ${table} t order by 1`)
    rows[table] = found.map(({ row }) => String(row))
  }
  return rows
}
