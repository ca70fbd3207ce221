/**
 * The Neon stand-in over both its backends, for one and the same suite: PGlite in memory, and a
 * real PostgreSQL 17 with pgvector where TEST_DATABASE_URL names a superuser of one. There the
 * suite works in a database of its own, with roles of its own, and drops both.
 */
import { randomBytes } from 'node:crypto'
import { neon, neonConfig } from '@neondatabase/serverless'
import { afterAll, beforeAll, describe } from 'vitest'
import { type Neon, startNeon } from '../../local/neon/server.ts'
import type { Backend } from '../../local/postgres/backend.ts'
import { type Connection, openConnection } from '../../local/postgres/connection.ts'
import { query } from '../../local/postgres/messages.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { readResults } from '../../local/postgres/replies.ts'
import { connectPostgres } from '../../local/postgres/server.ts'

export interface Stand {
  readonly neon: Neon
  readonly isPglite: boolean
  /** Owns the database. */
  readonly owner: string
  /** An ordinary role, bound by row level security. */
  readonly app: string
  readonly database: string
  readonly stop: () => Promise<void>
}

const serverUrl = process.env['TEST_DATABASE_URL']
const skipped = serverUrl ? '' : ' (skipped: TEST_DATABASE_URL is not set)'
if (skipped) process.stdout.write(`PostgreSQL 17${skipped}\n`)

/** Defines the tests once for each backend; `stand` is filled before they run. */
export function describeBackends(define: (stand: Stand) => void): void {
  describe('over PGlite', () => {
    defineOn(startOnPglite, define)
  })
  describe.skipIf(!serverUrl)(`over PostgreSQL 17${skipped}`, () => {
    defineOn(startOnServer, define)
  })
}

/** A TCP connection of its own, as psql makes one. */
export function openTo(stand: Stand, role: string): Promise<Connection> {
  const password = decodeURIComponent(new URL(stand.neon.url(role)).password)
  const address = { host: '127.0.0.1', port: stand.neon.tcpPort!, database: stand.database }
  return openConnection(address, { role, password })
}

function defineOn(start: () => Promise<Stand>, define: (stand: Stand) => void): void {
  const stand = {} as Stand
  beforeAll(async () => {
    Object.assign(stand, await start())
    neonConfig.fetchEndpoint = () => stand.neon.httpUrl
    const sql = neon(stand.neon.url(stand.owner))
    await sql`create extension if not exists vector`
    await sql.query(`create role ${stand.app} login password '${PASSWORD}'`)
  }, 60_000)
  afterAll(() => stand.stop?.())
  define(stand)
}

/** Needs quoting in a URL, so that quoting is tested everywhere. */
const PASSWORD = 'p@ss/wörd%41'

async function startOnPglite(): Promise<Stand> {
  const backend = await startPglite({})
  const roles = { owner: 'voiceassist', app: 'app_user', database: 'voiceassist' }
  return { ...roles, isPglite: true, ...(await startOver(backend, roles)) }
}

async function startOnServer(): Promise<Stand> {
  const name = `va_test_${randomBytes(4).toString('hex')}`
  const roles = { owner: `${name}_owner`, app: `${name}_app`, database: name }
  const admin = connectPostgres(serverUrl ?? '')
  await run(admin, `create role ${roles.owner} login createrole bypassrls password '${PASSWORD}'`)
  await run(admin, `create database ${name} owner ${roles.owner}`)
  const url = new URL(serverUrl ?? '')
  url.pathname = name
  const backend = connectPostgres(url.href)
  await run(backend, 'create extension vector')
  const stand = await startOver(backend, roles)
  return {
    ...roles,
    ...stand,
    isPglite: false,
    async stop() {
      await stand.stop()
      await run(admin, `drop database ${name} with (force)`)
      await run(admin, `drop role ${roles.app}, ${roles.owner}`)
      await admin.close()
    },
  }
}

async function startOver(backend: Backend, roles: Pick<Stand, 'owner' | 'app' | 'database'>) {
  const users = { [roles.owner]: PASSWORD, [roles.app]: PASSWORD }
  const stand = await startNeon({ backend, users, database: roles.database })
  const stop = async () => {
    await stand.close()
    await backend.close()
  }
  return { neon: stand, stop }
}

/** As the superuser of TEST_DATABASE_URL, around the stand-in. */
async function run(backend: Backend, sql: string): Promise<void> {
  const login = { role: decodeURIComponent(new URL(serverUrl ?? '').username), password: '' }
  await backend.withSession(login, async (exchange) => readResults(await exchange(query(sql))))
}
