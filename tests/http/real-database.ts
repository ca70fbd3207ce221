/** Databases on the real PostgreSQL whose owner TEST_DATABASE_URL names. */
import { startNeon } from '../../local/neon/server.ts'
import type { Backend } from '../../local/postgres/backend.ts'
import { query } from '../../local/postgres/messages.ts'
import { readResults } from '../../local/postgres/replies.ts'
import { connectPostgres } from '../../local/postgres/server.ts'
import { migrateUp } from '../../operations/database/migrate.ts'
import { USERS } from './users.ts'

export const REAL = process.env['TEST_DATABASE_URL']

export interface RealDatabase {
  name: string
  connect: () => Backend
  drop: () => Promise<void>
}

/** @param template The database it is a copy of; nobody may be connected to that one */
export async function createDatabase(template: string): Promise<RealDatabase> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await asAdmin(`create database ${name} template ${template}`)
  return {
    name,
    connect: () => connectPostgres(urlOf(name)),
    drop: () => asAdmin(`drop database ${name} with (force)`),
  }
}

/**
 * A migrated database, for others to be copied from: migrations change roles, which are the whole
 * server's, and two that do so at once fail.
 *
 * @returns undefined when no server is named
 */
export async function createTemplate(): Promise<RealDatabase | undefined> {
  if (!REAL) return undefined
  const template = await createDatabase('template1')
  const backend = template.connect()
  const neon = await startNeon({ backend, users: USERS, database: template.name, tcpPort: false })
  try {
    const owner = { databaseUrl: neon.url('voiceassist'), httpUrl: neon.httpUrl }
    await migrateUp({ ...owner, passwords: { app_user: 'app', auth_user: 'auth' } })
  } finally {
    await neon.close()
    await backend.close()
  }
  return template
}

/**
 * Over a connection of its own: one that idles through a whole file may just be closing. Past the
 * driver, whose endpoint is the whole process's: two files' databases may be dropped at once.
 */
async function asAdmin(statement: string): Promise<void> {
  const backend = connectPostgres(urlOf(new URL(REAL ?? '').pathname.slice(1)))
  const login = { role: 'voiceassist', password: USERS.voiceassist }
  try {
    await backend.withSession(login, async (exchange) =>
      readResults(await exchange(query(statement))),
    )
  } finally {
    await backend.close()
  }
}

function urlOf(name: string): string {
  const server = new URL(REAL ?? '')
  server.pathname = `/${name}`
  return server.href
}
