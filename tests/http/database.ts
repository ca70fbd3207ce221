/**
 * Databases for tests: a copy of the migrated dump on PGlite or, when TEST_DATABASE_URL names the
 * owner of a real PostgreSQL, a new database there. Each is reached through the Neon stand-in.
 */
import { inject } from 'vitest'
import { startNeon } from '../../local/neon/server.ts'
import type { Backend } from '../../local/postgres/backend.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { connect, type Target } from '../../operations/database/connection.ts'
import { takeDatabase } from './database-pool.ts'
import { createDatabase, REAL } from './real-database.ts'
import { USERS } from './users.ts'

type Role = keyof typeof USERS

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
  const real = await createDatabase(migrated ? inject('databaseTemplate') : 'template1')
  const database = await serve(real.connect(), real.name)
  return {
    ...database,
    async close() {
      await database.close()
      await real.drop()
    },
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
