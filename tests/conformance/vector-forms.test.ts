/** A vector is stored in the shorter of two forms, and neither form changes what is found. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { traceparentOf } from '../../shared/trace.ts'
import type { ChunkRow } from '../../workers/knowledge/chunk-store.ts'
import { fusionOf } from '../../workers/knowledge/profiles.ts'
import type { RunStoreContext } from '../../workers/knowledge/run-store.ts'
import { searchChunks } from '../../workers/knowledge/search-store.ts'
import { KB_ID } from '../../workers/knowledge/tables.ts'
import { openDatabase, type TestDatabase } from '../http/database.ts'
import { createRandom } from '../http/knowledge-harness.ts'
import { createMetricsEnv } from '../http/metrics-env.ts'
import { indexChunks } from './index-chunks.ts'

const DIMENSIONS = 64
const random = createRandom(9)

/** @param share Of its places that are not zero. */
const vectorOf = (share: number) =>
  Array.from({ length: DIMENSIONS }, () => (random() < share ? random() - 0.5 : 0))

const VECTORS = [
  ...Array.from({ length: 20 }, () => vectorOf(1)),
  ...Array.from({ length: 20 }, () => vectorOf(0.2)),
  vectorOf(0),
]

let database: TestDatabase
let context: RunStoreContext

beforeAll(async () => {
  database = await openDatabase()
  const urls = { DATABASE_URL: database.url('app_user'), DATABASE_HTTP_URL: database.neon.httpUrl }
  const env = { ...urls, ...createMetricsEnv().settings }
  const trace = { requestId: 'forms', traceparent: traceparentOf(undefined) }
  const actor = { type: 'system', job: 'test' }
  const base = { tenantId: 'acme', ...trace, actor, now: () => new Date(), env }
  context = base as unknown as RunStoreContext
  await indexChunks(context, VECTORS.map(rowOf))
}, 120_000)
afterAll(() => database?.close())

function rowOf(embedding: number[] | null, at: number): ChunkRow {
  const place = { ordinal: 0, start: 0, end: 1, page: 1, pageStarts: [] }
  return { ...place, title: 't', context: '', text: 'x', hash: `hash-${at}`, embedding }
}

async function formsOf(documentId: string) {
  const sql = connect(database.owner)
  const [, rows = []] = await sql.transaction([
    sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    sql.query(
      `select sparse is not null as sparse, dimensions, coalesce(emb, sparse::vector)::text as vector
       from kb_vec where document_id = $1 order by ordinal`,
      [documentId],
    ),
  ])
  return rows
}

const search = async (embedding: number[]) => {
  const arms = [{ kbIds: [KB_ID], embedding }]
  const by = { arms, question: 'nothing', fusion: fusionOf(['bge-m3']), limit: 50 }
  const { hits } = await searchChunks(context, by)
  return hits
}

function cosineOf(one: readonly number[], other: readonly number[]): number {
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
  const lengths = Math.sqrt(product(one, one) * product(other, other))
  return lengths === 0 ? 0 : product(one, other) / lengths
}

test.each([1, 0.2])('cosines of both forms are right for a question of %f', async (share) => {
  const question = vectorOf(share)
  const hits = await search(question)
  expect(hits).toHaveLength(VECTORS.length)
  for (const { ordinal, cosine } of hits)
    expect(cosine).toBeCloseTo(cosineOf(question, VECTORS[ordinal] ?? []), 5)
})

test('the shorter form is stored, and a chunk that is known keeps the vector it has', async () => {
  const known = (await search(vectorOf(1)))[0]?.documentId ?? ''
  const first = await formsOf(known)
  expect(first.map(({ sparse }) => sparse)).toEqual(VECTORS.map((_, at) => at >= 20))
  expect(new Set(first.map(({ dimensions }) => dimensions))).toEqual(new Set([DIMENSIONS]))

  const again = await indexChunks(
    context,
    VECTORS.map((_, at) => rowOf(null, at)),
  )
  expect(await formsOf(again)).toEqual(first)
})
