/**
 * Databases for tests: a copy of the migrated dump on PGlite or, when TEST_DATABASE_URL names the
 * owner of a real PostgreSQL, a new database there. Each is reached through the Neon stand-in.
 */
import { startNeon } from '../../local/neon/server.ts'
import type { Backend } from '../../local/postgres/backend.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { connectPostgres } from '../../local/postgres/server.ts'
import { connect, type Target } from '../../operations/database/connection.ts'
import { migrateUp } from '../../operations/database/migrate.ts'
import { takeDatabase } from './database-pool.ts'
import { USERS } from './users.ts'

type Role = keyof typeof USERS

const REAL = process.env['TEST_DATABASE_URL']

export interface TestDatabase {
  neon: Awaited<ReturnType<typeof startNeon>>
  /** Connection string of a role; its host is never dialled, the driver posts to the stand-in. */
  url: (role: Role) => string
  owner: Target
  close: () => Promise<void>
}

interface Options {
  migrated: boolean
}

/** Every kind of database there is here: PGlite, and a real server when one is named. */
export function testDatabases() {
  const embedded = { name: 'PGlite', open: openPglite }
  return REAL ? [embedded, { name: 'PostgreSQL', open: openPostgres }] : [embedded]
}

/** The tenants that tests speak for; in the product the identity Worker makes them. */
const TENANTS = ['acme', 'globex']

/** The database a test file runs on: migrated, with the tenants there. */
export async function openDatabase(): Promise<TestDatabase> {
  const open = REAL ? openPostgres : openPglite
  const database = await open({ migrated: true })
  const sql = connect(database.owner)
  for (const tenant of TENANTS) {
    await sql.transaction([
      sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
      sql.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [tenant]),
    ])
  }
  return database
}

async function openPglite({ migrated }: Options): Promise<TestDatabase> {
  return serve(await (migrated ? takeDatabase() : startPglite({})), 'voiceassist')
}

async function openPostgres({ migrated }: Options): Promise<TestDatabase> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await asAdmin(`create database ${name}`)
  const server = new URL(REAL ?? '')
  server.pathname = `/${name}`
  const database = await serve(connectPostgres(server.href), name)
  if (migrated) {
    await migrateUp({ ...database.owner, passwords: { app_user: 'app', auth_user: 'auth' } })
  }
  return {
    ...database,
    async close() {
      await database.close()
      await asAdmin(`drop database ${name} with (force)`)
    },
  }
}

/** Over a connection of its own: one that idles through a whole file may just be closing. */
async function asAdmin(statement: string): Promise<void> {
  const server = new URL(REAL ?? '')
  const admin = await serve(connectPostgres(server.href), server.pathname.slice(1))
  try {
    await connect(admin.owner).query(statement)
  } finally {
    await admin.close()
  }
}

async function serve(backend: Backend, name: string): Promise<TestDatabase> {
  const neon = await startNeon({ backend, users: USERS, database: name, tcpPort: false })
  const url = (role: Role) => `postgres://${role}:${USERS[role]}@127.0.0.1/${name}`
  const owner = { databaseUrl: url('voiceassist'), httpUrl: neon.httpUrl }
  async function close() {
    await neon.close()
    await backend.close()
  }
  return { neon, url, owner, close }
}
