/** A tenant's own index over vectors: made outside any transaction, used by the search, of nobody else. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import {
  dropVectorIndex,
  indexName,
  makeVectorIndex,
} from '../../operations/database/vector-index.ts'
import { traceparentOf } from '../../shared/trace.ts'
import type { ChunkRow } from '../../workers/knowledge/chunk-store.ts'
import { fusionOf } from '../../workers/knowledge/profiles.ts'
import { findReach } from '../../workers/knowledge/reach-store.ts'
import type { RunStoreContext } from '../../workers/knowledge/run-store.ts'
import { searchChunks } from '../../workers/knowledge/search-store.ts'
import { KB_ID } from '../../workers/knowledge/tables.ts'
import { openDatabase, type TestDatabase } from '../http/database.ts'
import { createRandom } from '../http/knowledge-harness.ts'
import { createMetricsEnv } from '../http/metrics-env.ts'
import { indexChunks } from './index-chunks.ts'

/** Few, for half-precision numbers are slow in WebAssembly. */
const DIMENSIONS = 8
const CHUNKS = 600
const random = createRandom(5)
const vector = () => Array.from({ length: DIMENSIONS }, () => random() - 0.5)

let database: TestDatabase
const contextOf = (tenantId: string) => {
  const urls = { DATABASE_URL: database.url('app_user'), DATABASE_HTTP_URL: database.neon.httpUrl }
  const env = { ...urls, ...createMetricsEnv().settings }
  const trace = { requestId: 'index', traceparent: traceparentOf(undefined) }
  const actor = { type: 'system', job: 'test' }
  return { tenantId, ...trace, actor, now: () => new Date(), env } as unknown as RunStoreContext & {
    actor: { type: 'system'; job: string }
  }
}

const row = (): ChunkRow => {
  const place = { ordinal: 0, start: 0, end: 1, page: 1, pageStarts: [] }
  return { ...place, title: 't', context: '', text: 'x', hash: '', embedding: vector() }
}

beforeAll(async () => {
  database = await openDatabase()
  for (let done = 0; done < CHUNKS; done += 100)
    await indexChunks(contextOf('acme'), Array.from({ length: 100 }, row))
  await indexChunks(contextOf('globex'), Array.from({ length: 20 }, row))
}, 120_000)
afterAll(() => database?.close())

const find = async (tenantId: string, embedding: number[], isApproximate: boolean) => {
  const arms = [{ kbIds: [KB_ID], embedding, isApproximate }]
  const fusion = fusionOf(['bge-m3'])
  const search = { arms, question: 'nothing', fusion, limit: 10 }
  const { hits } = await searchChunks(contextOf(tenantId), search)
  return hits.map(({ documentId, ordinal }) => `${documentId} ${ordinal}`)
}

const wanted = { tenantId: 'acme', dimensions: DIMENSIONS }

test('too few chunks make no index', async () => {
  const sql = connect(database.owner)
  await expect(makeVectorIndex(sql, wanted)).rejects.toThrow('600 vectors of 8')
  expect((await findReach(contextOf('acme'), undefined)).indexed).toEqual([])
})

test('the search goes through the index, finds what the scan finds, and only one tenant has it', async () => {
  const sql = connect(database.owner)
  const name = await makeVectorIndex(sql, { ...wanted, least: 500 })
  expect(name).toBe(indexName(wanted))
  expect((await findReach(contextOf('acme'), undefined)).indexed).toEqual([DIMENSIONS])
  expect((await findReach(contextOf('globex'), undefined)).indexed).toEqual([])

  await sql.query('analyze kb_vec, kb_documents')
  const [, , plan = []] = await sql.transaction([
    sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    sql.query(`set local enable_sort = off`),
    sql.query(
      `explain select ordinal from kb_vec where tenant_id = 'acme' and vector_dims(emb) = ${DIMENSIONS}
       order by emb::halfvec(${DIMENSIONS}) <=> '[${vector().join(',')}]'::halfvec(${DIMENSIONS}) limit 50`,
    ),
  ])
  expect(JSON.stringify(plan)).toContain(`Index Scan using ${name}`)

  let shared = 0
  for (let round = 0; round < 20; round++) {
    const question = vector()
    const exact = await find('acme', question, false)
    const near = await find('acme', question, true)
    expect(near).toHaveLength(10)
    shared += near.filter((place) => exact.includes(place)).length
  }
  expect(shared).toBeGreaterThanOrEqual(190)
  expect(await find('globex', vector(), true)).toHaveLength(10)

  await dropVectorIndex(sql, wanted)
  expect((await findReach(contextOf('acme'), undefined)).indexed).toEqual([])
})
