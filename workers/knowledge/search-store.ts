/**
 * Retrieval: one statement that scores a question against knowledge bases by words (BM25 as a
 * sparse inner product; word-arm-store.ts) and by vector (vector-arm-store.ts), joins the two and answers
 * with every score. Which weights are used is profiles.ts; what is done with the result is service.ts.
 */
import { sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import type { Attributes } from './attributes.ts'
import type { Fusion } from './profiles.ts'
import { EVERYBODY, type Reader } from './readers.ts'
import type { Correction } from './search-schemas.ts'
import type { Passage } from './section.ts'
import { type Arm, nearest, texts } from './vector-arm-store.ts'
import { corrected, lexical, terms } from './word-arm-store.ts'

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
  /** What a reranking model made of it; null where none looked, or where it was not among the best. */
  rerankScore: number | null
  /** Share of the question's words, weighted by rarity, that the chunk has; 0 to 1. */
  coverage: number
  /** Chunks before and behind it; none unless they were asked for. */
  around: Passage[]
  /** Of its document. */
  attributes: Attributes
  /** Whether its document is for some readers only, and whether that is because of health data. */
  isSensitive: boolean
  isPhi: boolean
}

export interface Search {
  /** Knowledge bases to look in, by embedding profile. */
  arms: readonly Arm[]
  question: string
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
  /** Chunks that come with a hit, on either side. */
  neighbours?: number
  /** Whether the best of a first search by words say which words to look for besides. */
  isFed?: boolean
}

export interface FoundChunks {
  /** Best first. */
  hits: Hit[]
  corrections: Correction[]
}

/** The best chunks for a question. Only what is published and not deleted is seen. */
export async function searchChunks(
  ctx: WithEnv<DatabaseEnv>,
  search: Search,
): Promise<FoundChunks> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<Row>(searchStatement(ctx.tenantId, search)),
  ])
  return { hits: rows.map(toHit), corrections: rows[0]?.corrections ?? [] }
}

type Row = Record<Exclude<keyof Hit, 'around' | 'attributes'>, unknown> & {
  attributes: Attributes
  corrections: Correction[] | null
  around: Passage[] | null
}

/**
 * The statement itself. Both arms see live runs only, and only what the reader may see and asked for,
 * before their LIMIT; ties are broken the same way always. Every knowledge base weighs words by its own
 * counts.
 *
 * Hashes come first and alone: under row-level security an index serves only comparisons that cannot
 * leak. For the same reason the arm of words is a function (migrations/ says more).
 */
function searchStatement(tenantId: string, search: Search) {
  const { arms, question, fusion, limit, reader = EVERYBODY, filter = null } = search
  const { depth = ARM, only = null, neighbours = 0, isFed = false } = search
  const asked = { tenantId, question, depth, isFed }
  const kbIds = arms.flatMap((arm) => arm.kbIds)
  return sql`
with asked as materialized (
  select ${texts(reader.labels)} as readers, ${reader.seesPhi}::boolean as sees_phi,
    ${filter}::jsonpath as filter
), base as materialized (
  select kb_id, chunks, config from kb_stat
  where tenant_id = ${tenantId} and kb_id = any(${texts(kbIds)}) and chunks > 0
), seen as materialized (
  select d.id, d.live_generation as generation, d.kb_id
  from kb_documents d join base b on b.kb_id = d.kb_id cross join asked a
  where d.tenant_id = ${tenantId} and d.live_generation is not null
    and (d.acl is null or d.acl && a.readers) and (a.sees_phi or not d.phi)
    and (a.filter is null or d.attributes @@ a.filter)
), ${terms(asked)}, ${corrected(asked)}, ${lexical(asked)}, ${nearest(tenantId, arms, depth)},
fused as (
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
  f.score, d.acl is not null or d.phi as "isSensitive", d.phi as "isPhi", d.attributes, coalesce((
    select sum(t.idf) from term t join kb_lex x on x.tenant_id = ${tenantId}
      and x.document_id = f.document_id and x.generation = f.generation and x.ordinal = f.ordinal
    where t.kb_id = d.kb_id and x.tsv @@ t.word
  ) / nullif((select sum(most) from term t where t.kb_id = d.kb_id), 0), 0) as coverage,
  ${neighbours > 0 ? around(tenantId, neighbours) : null} as around,
  (select json_agg(x) from corrected x) as corrections
from fused f
join kb_chunk c on c.tenant_id = ${tenantId} and c.document_id = f.document_id
  and c.generation = f.generation and c.ordinal = f.ordinal
join kb_documents d on d.tenant_id = ${tenantId} and d.id = f.document_id
where ${only}::uuid is null or f.document_id = ${only}::uuid
order by f.score desc, f.document_id, f.ordinal`
}

/** Chunks before and behind; which of them are of its section is section.ts. */
const around = (tenantId: string, neighbours: number) => sql`(
  select json_agg(json_build_object('ordinal', n.ordinal, 'context', n.context, 'text', n.text, 'start', n.char_start,
    'end', n.char_end, 'page', n.page, 'pageStarts', n.page_starts))
  from kb_chunk n where n.tenant_id = ${tenantId} and n.document_id = f.document_id
    and n.generation = f.generation and n.ordinal <> f.ordinal
    and n.ordinal between f.ordinal - ${neighbours}::int and f.ordinal + ${neighbours}::int
)`

/** Field by field and by type: what a driver sends as text must not travel on as text. */
function toHit(row: Row): Hit {
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
    rerankScore: null,
    coverage: Number(row.coverage),
    around: row.around ?? [],
    attributes: row.attributes,
    isSensitive: row.isSensitive === true,
    isPhi: row.isPhi === true,
  }
}

const numberOrNull = (value: unknown) => (value === null ? null : Number(value))
