/**
 * The arm of words, as parts of the one statement of search-store.ts: the question's terms, what they
 * weigh in each knowledge base, and the chunks with most of that weight.
 */
import { type SQL, sql } from 'drizzle-orm'
import { spaced } from './words.ts'

interface Asked {
  tenantId: string
  question: string
  /** Candidates. */
  depth: number
  /** Whether the best of a first search say which words to look for besides (feedback). */
  isFed: boolean
}

/**
 * `word` and `term`: the question's lexemes by the knowledge base they are looked up in, and how rare
 * each is. A term nobody has counts as rarest: it cannot be found, yet it lowers the coverage. When no
 * knowledge base has it, the most similar term takes its place, at the weight of its likeness.
 */
export const terms = ({ tenantId, question }: Asked): SQL => sql`
word as materialized (
  select b.kb_id, b.chunks, w.lexeme, kb_hash(w.lexeme) as h
  from base b cross join unnest(to_tsvector(b.config::regconfig, ${spaced(question)})) w
), known as materialized (
  select w.*, coalesce(t.df, 0) as df from word w left join kb_term t
    on t.tenant_id = ${tenantId} and t.kb_id = w.kb_id and t.h = w.h
), unknown as materialized (
  select array_agg(distinct lexeme) as lexemes from known k
  where length(lexeme) >= ${SHORTEST} and lexeme !~ '[0-9]'
    and not exists (select from known o where o.lexeme = k.lexeme and o.df > 0)
), alike as materialized (
  select s.* from unknown u cross join asked a
  cross join lateral kb_similar((select array_agg(kb_id) from base), u.lexemes, ${LIKE}, a.readers,
    a.sees_phi, a.filter) s
  where u.lexemes is not null
), term as materialized (
  select k.kb_id, k.chunks, coalesce(s.df, k.df) as df, coalesce(kb_hash(s.lexeme), k.h) + 1 as i,
    kb_word(coalesce(s.lexeme, k.lexeme)) as word,
    ${idf(sql`k.df`, sql`k.chunks`)} as most,
    coalesce(s.likeness, 1) * ${idf(sql`coalesce(s.df, k.df)`, sql`k.chunks`)} as idf
  from known k left join alike s on s.kb_id = k.kb_id and s.word = k.lexeme
)`

/**
 * `corrected`: each such word as it was asked, and as a chunk has the one that took its place.
 */
export const corrected = ({ tenantId, question }: Asked): SQL => sql`
corrected as materialized (
  select distinct coalesce((
    select p.token from ts_parse('default', ${spaced(question)}) p
    where to_tsvector(b.config::regconfig, p.token) @@ kb_word(s.word) limit 1
  ), s.word) as "from", coalesce(substring(
    ts_headline(b.config::regconfig, concat_ws(E'\n', c.text, c.context, d.title), kb_word(s.lexeme),
      'HighlightAll=true, StartSel=⟦, StopSel=⟧') from '⟦([^⟧]*)⟧'
  ), s.lexeme) as "to"
  from alike s join base b on b.kb_id = s.kb_id
  join kb_documents d on d.tenant_id = ${tenantId} and d.id = s.document_id
  join kb_chunk c on c.tenant_id = ${tenantId} and c.document_id = s.document_id
    and c.generation = s.generation and c.ordinal = s.ordinal
)`

/** Least share of trigrams that two words have in common to be taken for one. */
const LIKE = 0.4

/** Shorter words have too few trigrams to be like another one. */
const SHORTEST = 4

/** Rarity of a term that `df` of `chunks` have, as BM25 has it (Robertson, never negative). */
const idf = (df: SQL, chunks: SQL) => sql`ln(1 + (${chunks} - ${df} + 0.5) / (${df} + 0.5))`

/** `lexical`: the best chunks by words. */
export const lexical = (asked: Asked): SQL => sql`
${query(PLAIN, sql`term`)}, ${asked.isFed ? sql`${feedback(asked)}, ` : sql``}
lexical as materialized (
  select *, row_number() over (order by bm25 desc, document_id, ordinal) as rank
  from (${match(asked.isFed ? FED : PLAIN, asked.depth)}) found
)`

const PLAIN = sql`plain`
const FED = sql`fed`

const match = (by: SQL, most: number): SQL => sql`
select m.* from asked a cross join ${by} q cross join lateral kb_match(q.kbs, q.words, q.rare, q.weights,
  a.readers, a.sees_phi, a.filter, ${most}) m`

/**
 * What kb_match asks for: the terms' weights as one sparse vector for each knowledge base, and the words.
 * Those that more than a tenth of the chunks have find no chunk by themselves while the rarer ones find
 * enough; they are in the sum either way. No row without a word.
 */
const query = (name: SQL, from: SQL): SQL => sql`
${name} as materialized (
  select array_agg(kb_id) as kbs, array_agg(bm) as weights,
    (select string_agg(distinct word::text, ' | ')::tsquery from ${from}) as words,
    (select case when bool_or(df * 10 > chunks) then
      (string_agg(distinct word::text, ' | ') filter (where df * 10 <= chunks))::tsquery end
    from ${from}) as rare
  from (
    select kb_id,
      ('{' || string_agg(i || ':' || round(idf::numeric, 6), ',') || '}/1048576')::sparsevec as bm
    from (select kb_id, i, max(idf) as idf from ${from} group by kb_id, i) x group by kb_id
  ) y having count(*) > 0
)`

/** As measured on five public test sets: ten chunks, thirty terms, three tenths of the weight. */
const FEEDBACK = { chunks: 10, terms: 30, share: 0.3 }

/**
 * Pseudo-relevance feedback (RM3: Lavrenko and Croft 2001, Abdul-Jaleel and others 2004): the terms that
 * the best chunks of a first search have most of are looked for too.
 */
const feedback = ({ tenantId }: Asked): SQL => sql`
best as materialized (${match(PLAIN, FEEDBACK.chunks)}),
told as materialized (
  select d.kb_id, u.lexeme, kb_hash(u.lexeme) as h, sum(b.bm25 / b.total * cardinality(u.positions) / length(x.tsv)) as share
  from (select *, sum(bm25) over () as total from best) b
  join kb_lex x on x.tenant_id = ${tenantId} and x.document_id = b.document_id
    and x.generation = b.generation and x.ordinal = b.ordinal
  join kb_documents d on d.tenant_id = ${tenantId} and d.id = b.document_id
  cross join unnest(x.tsv) u group by d.kb_id, u.lexeme
), ranked as materialized (
  select w.*, b.chunks, t.df, ${idf(sql`t.df`, sql`b.chunks`)} as idf, row_number() over (
    partition by w.kb_id order by w.share * ${idf(sql`t.df`, sql`b.chunks`)} desc, w.lexeme) as place
  from told w join base b on b.kb_id = w.kb_id
  cross join lateral (
    -- Apart, or a planner that knows nothing of the table reads all terms of the base for each of these.
    select df from kb_term where tenant_id = ${tenantId} and kb_id = w.kb_id and h = w.h offset 0
  ) t
), added as materialized (
  select kb_id, chunks, df, h + 1 as i, kb_word(lexeme) as word,
    idf * share / sum(share) over (partition by kb_id) * ${FEEDBACK.share / (1 - FEEDBACK.share)}::float8
      * (select count(*) from term o where o.kb_id = r.kb_id) as idf
  from ranked r where place <= ${FEEDBACK.terms}
), summed as materialized (
  select kb_id, max(chunks) as chunks, max(df) as df, i, word, sum(idf) as idf from (
    select kb_id, chunks, df, i, word, idf from term
    union all select kb_id, chunks, df, i, word, idf from added
  ) all_terms group by kb_id, i, word
), ${query(FED, sql`summed`)}`
