/**
 * An index over a tenant's vectors, for tenants whose exact scan takes too long: HNSW over half-precision
 * vectors. One for each tenant, with the tenant in its condition, so that nobody's search passes through
 * the vectors of others, and nobody else pays for it.
 */
import { createHash } from 'node:crypto'
import type { Sql } from './connection.ts'

/** Chunks below which a scan is as quick: 10,000 take some 15 ms, and find everything. */
const WORTHWHILE = 20_000

interface Wanted {
  tenantId: string
  /** Length of the vectors. */
  dimensions: number
  /** Chunks from which it is made. */
  least?: number
}

/** As kb_nearest and the question's reach look for it. */
export const indexName = ({ tenantId, dimensions }: Wanted): string =>
  `kb_vec_hnsw_${dimensions}_${createHash('md5').update(tenantId).digest('hex')}`

/**
 * Makes the index, or makes one anew that was not finished. Documents are indexed meanwhile: it is made
 * concurrently, hence outside any transaction, hence not by a Worker.
 *
 * @throws Error when there are too few chunks
 */
export async function makeVectorIndex(sql: Sql, wanted: Wanted): Promise<string> {
  const { tenantId, dimensions, least = WORTHWHILE } = wanted
  const name = indexName(wanted)
  const [, rows = []] = await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]),
    sql.query(
      'select count(*)::int as count from kb_vec where tenant_id = $1 and vector_dims(emb) = $2',
      [tenantId, dimensions],
    ),
  ])
  const count = Number(rows[0]?.['count'] ?? 0)
  if (count < least) {
    throw new Error(
      `${tenantId} has ${count} vectors of ${dimensions}; below ${least} a scan is as quick.`,
    )
  }
  // What was broken off is there and not valid.
  await dropVectorIndex(sql, wanted)
  const tenant = `'${tenantId.replaceAll("'", "''")}'`
  await sql.query(
    `create index concurrently ${name} on kb_vec using hnsw ((emb::halfvec(${dimensions})) halfvec_cosine_ops)
     where tenant_id = ${tenant} and vector_dims(emb) = ${dimensions}`,
  )
  return name
}

/** From then on the tenant's vectors are scanned again. */
export const dropVectorIndex = (sql: Sql, wanted: Wanted) =>
  sql.query(`drop index concurrently if exists ${indexName(wanted)}`)
