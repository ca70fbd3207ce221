/**
 * The arm of vectors, as a part of the one statement of search-store.ts: for each embedding profile that
 * is asked, the chunks whose vectors lie nearest to the question's.
 */
import { type SQL, sql } from 'drizzle-orm'

/** An array of texts as a parameter. */
export const texts = (values: readonly string[]): SQL =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`

/** Knowledge bases of one embedding profile. */
export interface Arm {
  kbIds: readonly string[]
  /** The question's vector by that profile's model; null: by words alone. */
  embedding: readonly number[] | null
  /** By the tenant's own index, which may miss a chunk; left out: exactly. */
  isApproximate?: boolean
}

/** `nearest`: the best chunks of each profile, ranked among themselves: cosines of two models do not compare. */
export const nearest = (tenantId: string, arms: readonly Arm[], depth: number): SQL => {
  const parts = arms.flatMap(({ kbIds, embedding, isApproximate }) => {
    if (!embedding) return []
    const vector = sql`${`[${embedding.join(',')}]`}::vector`
    const found = isApproximate
      ? sql`select m.* from asked a
  cross join lateral kb_nearest(${texts(kbIds)}, ${vector}, a.readers, a.sees_phi, ${depth}) m`
      : exact(tenantId, { kbIds, vector, dimensions: embedding.length }, depth)
    return sql`
(select *, row_number() over (order by cosine desc, document_id, ordinal) as rank from (${found}) best)`
  })
  const all = parts.length > 0 ? sql.join(parts, sql` union all `) : NONE
  return sql`nearest as materialized (${all})`
}

const NONE = sql`
select null::uuid as document_id, null::int as generation, null::int as ordinal, null::float8 as cosine,
  null::bigint as rank where false`

/**
 * An exact scan. What may be seen is settled first, so that no chunk is looked at in vain. A vector has one
 * of two forms, and the cosine is the same in both. A text without words has the zero vector, whose cosine
 * Postgres calls NaN, the greatest. Vectors of another length are of another profile, which its documents
 * had until they are indexed again.
 */
const exact = (
  tenantId: string,
  { kbIds, vector, dimensions }: { kbIds: readonly string[]; vector: SQL; dimensions: number },
  depth: number,
): SQL => sql`
  select c.document_id, c.generation, c.ordinal,
    coalesce(1 - nullif(coalesce(c.emb <=> q.emb, c.sparse <=> q.sparse), 'NaN'), 0) as cosine
  from seen s join kb_vec c on c.tenant_id = ${tenantId} and c.document_id = s.id
    and c.generation = s.generation
  cross join (select v.emb, v.emb::sparsevec as sparse from (select ${vector} as emb) v) q
  where s.kb_id = any(${texts(kbIds)}) and c.dimensions = ${dimensions}
  order by cosine desc, c.document_id, c.ordinal limit ${depth}`
