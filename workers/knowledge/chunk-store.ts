/** Chunks as the indexer writes them, and the step that makes them visible; fenced as in run-store.ts. */
import { sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { holdRun, type Lease, type Progress, type RunStoreContext } from './run-store.ts'
import { spaced } from './words.ts'

export interface ChunkRow {
  ordinal: number
  title: string
  context: string
  text: string
  start: number
  end: number
  page: number
  pageStarts: number[]
  hash: string
  /** Null when a chunk of the same hash has it already. */
  embedding: readonly number[] | null
}

/** Adds chunks to the run, unseen until `publishRun`. @returns false when the run is not ours. */
export async function insertChunks(
  ctx: RunStoreContext,
  lease: Lease,
  kbId: string,
  chunks: readonly ChunkRow[],
  progress: Progress,
): Promise<boolean> {
  const { tenantId } = ctx
  const { documentId, generation } = lease
  const rows = JSON.stringify(chunks.map(toInput))
  const key = sql`${tenantId}::text, ${documentId}::uuid, ${generation}::int, r.ordinal`
  const [{ rows: held }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with held as (${holdRun(tenantId, lease, progress)}),
kb as (
  select config::regconfig as config from kb_stat where tenant_id = ${tenantId} and kb_id = ${kbId}
),
r as materialized (
  select i.*, to_tsvector(kb.config, coalesce(i.words, concat_ws(E'\\n', i.title, i.context, i.text))) as body,
    to_tsvector(kb.config, coalesce(i.heading, concat_ws(E'\\n', i.title, i.context))) as heading_words
  from held cross join kb cross join jsonb_to_recordset(${rows}::jsonb) as i(
    ordinal int, title text, context text, text text, "start" int, "end" int, page int,
    "pageStarts" int[], hash text, emb text, words text,
    heading text)
),
c as (
  insert into kb_chunk (tenant_id, document_id, generation, ordinal, context, text, char_start,
    char_end, page, page_starts, chunk_hash)
  select ${key}, r.context, r.text, r.start, r.end, r.page, r."pageStarts", r.hash from r
),
e as materialized (
  select r.ordinal, coalesce(r.emb::vector, (
    select coalesce(v.emb, v.sparse::vector)
    from kb_chunk k join kb_vec v using (tenant_id, document_id, generation, ordinal)
    where k.tenant_id = ${tenantId} and k.chunk_hash = r.hash limit 1
  )) as emb from r
),
v as (
  insert into kb_vec (tenant_id, document_id, generation, ordinal, emb, sparse)
  select ${key}, case when r.sparse is null then r.emb end, r.sparse
  from (select ordinal, emb, kb_sparse(emb) as sparse from e offset 0) r
),
x as (
  insert into kb_lex (tenant_id, document_id, generation, ordinal, tsv, bm)
  select ${key}, r.body, kb_bm25(r.body, r.heading_words) from r
)
select id from held`),
  ])
  return held.length > 0
}

/** Seven significant digits are what a 4-byte float keeps; more would only be sent. */
function toInput({ embedding, ...rest }: ChunkRow) {
  const emb = embedding && `[${embedding.map((value) => Number(value.toPrecision(7))).join(',')}]`
  return { ...rest, ...wordsOf(rest), emb }
}

/** Given only where words had to be cut: what the others are is in the row already. */
function wordsOf({ title, context, text }: Pick<ChunkRow, 'title' | 'context' | 'text'>) {
  const above = `${title}\n${context}`
  const whole = `${above}\n${text}`
  const words = spaced(whole)
  return words === whole ? {} : { words, heading: spaced(above) }
}

export type Published = 'ready' | 'duplicate' | 'lost' | 'alone'

/**
 * Ends the run well, in one step: it becomes the visible one. When another document has the same text it
 * becomes that one's duplicate. `lost`: the run is no longer ours. `alone`: `expectsTwin`, and there is
 * none. Nothing became visible in these two.
 */
export async function publishRun(
  ctx: RunStoreContext,
  { documentId, generation, leaseId }: Lease,
  { title, pages, textSha256, expectsTwin = false }: Publication,
): Promise<Published> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ published: Published }>(sql`
select kb_publish(${ctx.tenantId}, ${documentId}::uuid, ${generation}::int, ${leaseId}::uuid, ${title},
  ${pages}::int, ${textSha256}, ${expectsTwin}::boolean) as published`),
  ])
  return rows[0]?.published ?? 'lost'
}

export interface Publication {
  title: string
  pages: number
  /** Of the canonical text, hexadecimal. */
  textSha256: string
  expectsTwin?: boolean
}
