/**
 * The statement of a search on a real PostgreSQL that many tenants share, as TEST_DATABASE_URL names its
 * owner: from the call to its rows, the stand-in for Neon's HTTP endpoint included.
 */
import { startNeon } from '../../local/neon/server.ts'
import { embed } from '../../local/openai/embedding.ts'
import { connect } from '../../operations/database/connection.ts'
import { fusionOf } from '../../workers/knowledge/profiles.ts'
import { searchChunks } from '../../workers/knowledge/search-store.ts'
import { KB_ID } from '../../workers/knowledge/tables.ts'
import { createMetricsEnv } from '../http/metrics-env.ts'
import { createTemplate } from '../http/real-database.ts'
import { USERS } from '../http/users.ts'
import { fill, indexerOf, questions } from './corpus.ts'

const TENANTS = 50
const CHUNKS = 80_000
const QUESTIONS = 200

/** @returns milliseconds of each search, questions of all tenants by turns @throws Error without a server */
export async function timeTenants(): Promise<number[]> {
  const database = await createTemplate()
  if (!database)
    throw new Error('Name the owner of a PostgreSQL 17: TEST_DATABASE_URL=postgres://…')
  const backend = database.connect()
  const neon = await startNeon({ backend, users: USERS, database: database.name, tcpPort: false })
  try {
    const settings = createMetricsEnv().settings
    const urls = { DATABASE_URL: neon.url('app_user'), DATABASE_HTTP_URL: neon.httpUrl }
    const env = { ...urls, ...settings }
    const sql = connect({ databaseUrl: neon.url('voiceassist'), httpUrl: neon.httpUrl })
    const tenants = Array.from({ length: TENANTS }, (_, at) => `tenant-${at}`)
    const left = tenants.values()
    const lane = async () => {
      for (const tenant of left) {
        await sql.transaction([
          sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
          sql.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [tenant]),
        ])
        await fill(indexerOf(env, tenant), CHUNKS / TENANTS)
      }
    }
    await Promise.all([lane(), lane()])
    await sql.query('vacuum analyze')
    return await timeSearches(env, tenants)
  } finally {
    await neon.close()
    await backend.close()
    await database.drop()
  }
}

async function timeSearches(env: Parameters<typeof indexerOf>[0], tenants: readonly string[]) {
  const fusion = fusionOf(['va-lexical-1'])
  const all: number[] = []
  for (const [at, question] of questions('Where is', QUESTIONS + tenants.length).entries()) {
    const ctx = indexerOf(env, tenants[at % tenants.length] ?? '')
    const arms = [{ kbIds: [KB_ID], embedding: [...embed(question)] }]
    const began = performance.now()
    const { hits } = await searchChunks(ctx, { arms, question, fusion, limit: 10 })
    const ms = performance.now() - began
    if (hits.length < 10) throw new Error(`${ctx.tenantId} found ${hits.length} chunks.`)
    // The first of each tenant warms it.
    if (at >= tenants.length) all.push(ms)
  }
  return all
}
