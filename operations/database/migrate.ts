/**
 * Applies and takes back migrations. Each file runs in one transaction together with its row in
 * the ledger, so a file is either applied and recorded or neither; a second runner waits for the
 * first and then finds nothing to do.
 */
import { NeonDbError } from '@neondatabase/serverless'
import { connect, type Sql, type Target } from './connection.ts'
import { type Migration, readMigrations } from './files.ts'

export interface Applied {
  name: string
  checksum: string
  appliedAt: string
}

/** Passwords of the login roles that migrations create, by role. */
export type Passwords = Readonly<Record<string, string>>

const LEDGER = `create table if not exists public.migrations (
  name text primary key, checksum text not null, applied_at timestamptz not null default now())`

/** Held to the end of a file's transaction; any number will do, as long as it is ours. */
const LOCK = 'select pg_advisory_xact_lock(7305181)'

/**
 * Applies what is missing, in order.
 *
 * @returns the names applied now
 * @throws Error when an applied file was edited since, or is gone
 */
export async function migrateUp(target: Target & { passwords?: Passwords }): Promise<string[]> {
  const sql = connect(target)
  await sql.query(LEDGER)
  const migrations = await readMigrations()
  const pending = pendingOf(migrations, await history(sql))
  const applied: string[] = []
  for (const migration of pending) {
    if (await apply(sql, migration)) applied.push(migration.name)
  }
  await setPasswords(sql, target.passwords ?? {})
  return applied
}

/** Takes back the last `steps` migrations, newest first; rows go to archive tables. */
export async function migrateDown(target: Target, steps: number): Promise<string[]> {
  const sql = connect(target)
  const applied = await history(sql)
  const byName = new Map((await readMigrations()).map((migration) => [migration.name, migration]))
  const undone: string[] = []
  for (const { name } of applied.toReversed().slice(0, steps)) {
    const migration = byName.get(name)
    if (!migration) throw new Error(`${name} is applied, but its file is gone.`)
    await sql.transaction([
      sql.query(LOCK),
      ...migration.down.map((statement) => sql.query(statement)),
      sql.query('delete from public.migrations where name = $1', [name]),
    ])
    undone.push(name)
  }
  return undone
}

/** What is applied, oldest first. */
export async function history(sql: Sql): Promise<Applied[]> {
  const [found] = await sql.query(`select to_regclass('public.migrations') is not null as found`)
  if (!found?.['found']) return []
  const rows = await sql.query(
    'select name, checksum, applied_at::text as at from public.migrations order by name',
  )
  return rows.map(({ name, checksum, at }) => {
    return { name: String(name), checksum: String(checksum), appliedAt: String(at) }
  })
}

/** @throws Error when what is applied is not what the files say */
export function pendingOf(migrations: Migration[], applied: Applied[]): Migration[] {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of applied) {
    const migration = byName.get(name)
    if (!migration) throw new Error(`${name} is applied, but its file is gone.`)
    if (migration.checksum === checksum) continue
    throw new Error(`${name} was edited after it was applied: write a new migration instead.`)
  }
  const names = new Set(applied.map(({ name }) => name))
  return migrations.filter(({ name }) => !names.has(name))
}

/** @returns false when another runner applied it while this one waited for the lock. */
async function apply(sql: Sql, { name, checksum, up }: Migration): Promise<boolean> {
  const insert = 'insert into public.migrations (name, checksum) values ($1, $2)'
  try {
    await sql.transaction([
      sql.query(LOCK),
      sql.query(insert, [name, checksum]),
      ...up.map((statement) => sql.query(statement)),
    ])
    return true
  } catch (error) {
    if (error instanceof NeonDbError && error.constraint === 'migrations_pkey') return false
    throw new Error(`${name} failed: ${String(error)}`, { cause: error })
  }
}

/** A utility statement takes no parameters; the literal is quoted by Postgres itself first. */
async function setPasswords(sql: Sql, passwords: Passwords): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const [row] = await sql.query(
      `select format('alter role %I with password %L', $1::text, $2::text) as statement`,
      [role, password],
    )
    await sql.query(String(row?.['statement']))
  }
}
