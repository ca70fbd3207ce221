/**
 * Retrieval: one statement that scores a question against knowledge bases by words (BM25 as a
 * sparse inner product) and by vector (an exact scan), joins the two and answers with every score.
 * Which weights are used is profiles.ts; what is done with the result is service.ts.
 */
import { sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import type { Fusion } from './profiles.ts'
import { EVERYBODY, type Reader } from './readers.ts'
import { spaced } from './words.ts'

/** Candidates per arm; the fused order of the best few does not change with more. */
export const ARM = 50
/** The constant of reciprocal rank fusion; 60 in its paper. */
const RANK_OFFSET = 60

export interface Hit {
  documentId: string
  kbId: string
  ordinal: number
  title: string
  fileName: string
  /** Headings above the chunk, and the header of the table it continues. */
  context: string
  text: string
  /** Offsets of `text` in the document's canonical text. */
  start: number
  end: number
  page: number
  /** Offsets in the canonical text at which the pages after `page` begin. */
  pageStarts: number[]
  bm25: number | null
  cosine: number | null
  lexicalRank: number | null
  vectorRank: number | null
  /** The joined score that orders hits; comparable within one search only. */
  score: number
  /** Share of the question's words, weighted by rarity, that the chunk has; 0 to 1. */
  coverage: number
  /** Whether its document is for some readers only, and whether that is because of health data. */
  isSensitive: boolean
  isPhi: boolean
}

export interface Search {
  /** Knowledge bases to look in. */
  kbIds: readonly string[]
  question: string
  /** The question's vector; null searches by words alone. */
  embedding: readonly number[] | null
  fusion: Fusion
  limit: number
  /** Candidates per arm, when it is to be known where others stand. */
  depth?: number
  /** The document whose chunks are answered with; all when left out. */
  only?: string | undefined
  /** What of the knowledge bases this reader may see; left out: what everybody may. */
  reader?: Reader
  /** What documents must be like, as a jsonpath over their attributes (filters.ts). */
  filter?: string | undefined
}

/** The best chunks for a question, best first. Only what is published and not deleted is seen. */
export async function searchChunks(ctx: WithEnv<DatabaseEnv>, search: Search): Promise<Hit[]> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<Record<keyof Hit, unknown>>(searchStatement(ctx.tenantId, search)),
  ])
  return rows.map(toHit)
}

/** An array of texts as a parameter. */
const texts = (values: readonly string[]) =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`

/**
 * The statement itself. A term nobody has counts as rarest: it cannot be found, yet it lowers the
 * coverage. Both arms see live runs only, and only what the reader may see and asked for, before their
 * LIMIT; ties are broken the same way always. Every knowledge base weighs words by its own counts. A
 * text without words has the zero vector, whose cosine Postgres calls NaN, the greatest.
 *
 * Hashes come first and alone: under row-level security an index serves only comparisons that cannot
 * leak. For the same reason the arm of words is a function (migrations/ says more).
 */
function searchStatement(tenantId: string, search: Search) {
  const { kbIds, question, embedding, fusion, limit, reader = EVERYBODY, filter = null } = search
  const { depth = ARM, only = null } = search
  const vector = embedding && `[${embedding.join(',')}]`
  return sql`
with asked as materialized (
  select ${texts(reader.labels)} as readers, ${reader.seesPhi}::boolean as sees_phi,
    ${filter}::jsonpath as filter
), base as materialized (
  select kb_id, chunks, config from kb_stat
  where tenant_id = ${tenantId} and kb_id = any(${texts(kbIds)}) and chunks > 0
), word as materialized (
  select b.kb_id, kb_hash(w.lexeme) as h, b.chunks,
    ('''' || replace(replace(w.lexeme, '\\', '\\\\'), '''', '''''') || '''')::tsquery as word
  from base b cross join unnest(to_tsvector(b.config::regconfig, ${spaced(question)})) w
), term as materialized (
  select w.kb_id, w.h + 1 as i, w.word,
    ln(1 + (w.chunks - coalesce(t.df, 0) + 0.5) / (coalesce(t.df, 0) + 0.5)) as idf
  from word w left join kb_term t
    on t.tenant_id = ${tenantId} and t.kb_id = w.kb_id and t.h = w.h
), weighed as materialized (
  select kb_id, sum(idf) as idf,
    ('{' || string_agg(i || ':' || round(idf::numeric, 6), ',') || '}/1048576')::sparsevec as bm
  from (select kb_id, i, max(idf) as idf from term group by kb_id, i) x group by kb_id
), query as materialized (
  select array_agg(w.kb_id) as kbs, array_agg(w.bm) as weights,
    (select string_agg(word::text, ' | ')::tsquery from term) as words
  from weighed w having count(*) > 0
), lexical as materialized (
  select m.*, row_number() over (order by m.bm25 desc, m.document_id, m.ordinal) as rank
  from asked a cross join query q
  cross join lateral kb_match(q.kbs, q.words, q.weights, a.readers, a.sees_phi, a.filter, ${depth}) m
), nearest as materialized (
  select *, row_number() over (order by cosine desc, document_id, ordinal) as rank from (
    select c.document_id, c.generation, c.ordinal,
      coalesce(1 - nullif(c.emb <=> ${vector}::vector, 'NaN'), 0) as cosine
    from asked a cross join kb_vec c join kb_documents d on d.tenant_id = ${tenantId}
      and d.id = c.document_id and d.live_generation = c.generation
      and d.kb_id in (select kb_id from base)
      and (d.acl is null or d.acl && a.readers) and (a.sees_phi or not d.phi)
      and (a.filter is null or d.attributes @@ a.filter)
    where c.tenant_id = ${tenantId} and ${vector}::text is not null
    order by cosine desc, c.document_id, c.ordinal limit ${depth}
  ) best
), fused as (
  select document_id, generation, ordinal, bm25, cosine, l.rank as lexical_rank, n.rank as vector_rank,
    ${fusion.lexicalScore}::float8 * coalesce(bm25 / nullif(max(bm25) over (), 0), 0)
    + ${fusion.vectorScore}::float8 * coalesce(cosine / nullif(max(cosine) over (), 0), 0)
    + ${fusion.lexicalRank}::float8 * coalesce(1.0 / (${RANK_OFFSET}::int + l.rank), 0)
    + ${fusion.vectorRank}::float8 * coalesce(1.0 / (${RANK_OFFSET}::int + n.rank), 0) as score
  from lexical l full outer join nearest n using (document_id, generation, ordinal)
  order by score desc, document_id, ordinal limit ${limit}
)
select f.document_id as "documentId", d.kb_id as "kbId", f.ordinal, d.title, d.file_name as "fileName",
  c.context, c.text,
  c.char_start as start, c.char_end as end, c.page, to_json(c.page_starts) as "pageStarts",
  f.bm25, f.cosine, f.lexical_rank::int as "lexicalRank", f.vector_rank::int as "vectorRank",
  f.score, d.acl is not null or d.phi as "isSensitive", d.phi as "isPhi", coalesce((
    select sum(t.idf) from term t join kb_lex x on x.tenant_id = ${tenantId}
      and x.document_id = f.document_id and x.generation = f.generation and x.ordinal = f.ordinal
    where t.kb_id = d.kb_id and x.tsv @@ t.word
  ) / nullif((select sum(idf) from term t where t.kb_id = d.kb_id), 0), 0) as coverage
from fused f
join kb_chunk c on c.tenant_id = ${tenantId} and c.document_id = f.document_id
  and c.generation = f.generation and c.ordinal = f.ordinal
join kb_documents d on d.tenant_id = ${tenantId} and d.id = f.document_id
where ${only}::uuid is null or f.document_id = ${only}::uuid
order by f.score desc, f.document_id, f.ordinal`
}

/** Field by field and by type: what a driver sends as text must not travel on as text. */
function toHit(row: Record<keyof Hit, unknown>): Hit {
  return {
    documentId: String(row.documentId),
    kbId: String(row.kbId),
    ordinal: Number(row.ordinal),
    title: String(row.title),
    fileName: String(row.fileName),
    context: String(row.context),
    text: String(row.text),
    start: Number(row.start),
    end: Number(row.end),
    page: Number(row.page),
    pageStarts: Array.isArray(row.pageStarts) ? row.pageStarts.map(Number) : [],
    bm25: numberOrNull(row.bm25),
    cosine: numberOrNull(row.cosine),
    lexicalRank: numberOrNull(row.lexicalRank),
    vectorRank: numberOrNull(row.vectorRank),
    score: Number(row.score),
    coverage: Number(row.coverage),
    isSensitive: row.isSensitive === true,
    isPhi: row.isPhi === true,
  }
}

const numberOrNull = (value: unknown) => (value === null ? null : Number(value))
