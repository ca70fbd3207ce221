ALTER TABLE "kb_vec" ALTER COLUMN "emb" SET DATA TYPE vector;--> statement-breakpoint
ALTER TABLE "kb_term" ADD COLUMN "lexeme" text;
--> statement-breakpoint
-- From here by hand. A change of type takes a column's storage back to its default.
ALTER TABLE kb_vec ALTER COLUMN emb SET STORAGE PLAIN;
--> statement-breakpoint
-- The terms of what can be found already. Under FORCE the owner, who runs this file, would see no row of
-- any tenant.
DO $$
BEGIN
  ALTER TABLE kb_term NO FORCE ROW LEVEL SECURITY;
  ALTER TABLE kb_documents NO FORCE ROW LEVEL SECURITY;
  ALTER TABLE kb_lex NO FORCE ROW LEVEL SECURITY;
  UPDATE kb_term t SET lexeme = w.lexeme FROM (
    SELECT DISTINCT d.tenant_id, d.kb_id, u.lexeme
    FROM kb_documents d JOIN kb_lex l ON l.tenant_id = d.tenant_id AND l.document_id = d.id
      AND l.generation = d.live_generation
    CROSS JOIN unnest(l.tsv) u
  ) w
  WHERE t.tenant_id = w.tenant_id AND t.kb_id = w.kb_id AND t.h = kb_hash(w.lexeme);
  ALTER TABLE kb_term FORCE ROW LEVEL SECURITY;
  ALTER TABLE kb_documents FORCE ROW LEVEL SECURITY;
  ALTER TABLE kb_lex FORCE ROW LEVEL SECURITY;
END $$;
--> statement-breakpoint
CREATE INDEX "kb_term_lexeme" ON "kb_term" USING gin ("tenant_id","lexeme" gin_trgm_ops) WITH (gin_pending_list_limit=512);
--> statement-breakpoint
-- As before; and each term is known by its letters too.
CREATE OR REPLACE FUNCTION kb_count(tenant text, kb text, document uuid, run integer, sign integer)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO kb_term (tenant_id, kb_id, h, df, lexeme)
  SELECT tenant, kb, kb_hash(w.lexeme), sign * count(DISTINCT l.ordinal), min(w.lexeme)
  FROM kb_lex l, unnest(l.tsv) w
  WHERE l.tenant_id = tenant AND l.document_id = document AND l.generation = run
  GROUP BY 3
  ON CONFLICT (tenant_id, kb_id, h) DO UPDATE SET df = kb_term.df + excluded.df,
    lexeme = coalesce(kb_term.lexeme, excluded.lexeme);
  DELETE FROM kb_term WHERE tenant_id = tenant AND kb_id = kb AND df <= 0 AND sign < 0;
  UPDATE kb_stat SET chunks = chunks + sign * (
    SELECT count(*)::integer FROM kb_lex
    WHERE tenant_id = tenant AND document_id = document AND generation = run
  )
  WHERE tenant_id = tenant AND kb_id = kb;
$$;
--> statement-breakpoint
-- A text that is searched for as one word, whatever characters it has.
CREATE FUNCTION kb_word(lexeme text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery;
--> statement-breakpoint
CREATE POLICY search ON kb_term FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
-- The term of each knowledge base that is most like a word nobody wrote: by trigrams, which under a
-- policy no index would serve, hence as the owner of the tables and for the transaction's tenant alone.
-- Only terms of chunks this reader may see and asked for, with one such chunk: a correction tells of no
-- document that the search would not.
CREATE FUNCTION kb_similar(kbs text[], words text[], at_least real, readers text[], sees_phi boolean,
  filter jsonpath)
RETURNS TABLE (word text, kb_id text, lexeme text, df integer, likeness real, document_id uuid,
  generation integer, ordinal integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT w.word, b.kb_id, best.* FROM unnest(words) w(word) CROSS JOIN unnest(kbs) b(kb_id)
  CROSS JOIN LATERAL (
    SELECT near.lexeme, near.df, near.likeness, c.document_id, c.generation, c.ordinal
    FROM (
      SELECT t.lexeme, t.df, similarity(t.lexeme, w.word) AS likeness FROM (
        -- Apart, or a planner that knows nothing of the table takes the primary key and reads all.
        SELECT a.kb_id, a.lexeme, a.df FROM kb_term a
        WHERE a.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND a.lexeme % w.word
        OFFSET 0
      ) t
      WHERE t.kb_id = b.kb_id AND similarity(t.lexeme, w.word) >= at_least
        AND abs(length(t.lexeme) - length(w.word)) <= 2
      ORDER BY likeness DESC, t.df DESC, t.lexeme LIMIT 5
    ) near CROSS JOIN LATERAL (
      SELECT c.document_id, c.generation, c.ordinal
      FROM kb_lex c JOIN kb_documents d ON d.tenant_id = c.tenant_id AND d.id = c.document_id
        AND d.live_generation = c.generation
      WHERE c.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND d.kb_id = b.kb_id
        AND c.tsv @@ kb_word(near.lexeme)
        AND (d.acl IS NULL OR d.acl && readers) AND (sees_phi OR NOT d.phi)
        AND (filter IS NULL OR d.attributes @@ filter)
      LIMIT 1
    ) c
    ORDER BY near.likeness DESC, near.df DESC, near.lexeme LIMIT 1
  ) best
$$;
--> statement-breakpoint
DROP FUNCTION kb_match(text[], tsquery, sparsevec[], text[], boolean, jsonpath, integer);
--> statement-breakpoint
-- Chunks with any of the words, best first. The index is asked before the documents are, however little
-- the planner knows of either.
CREATE FUNCTION kb_scored(kbs text[], words tsquery, weights sparsevec[], readers text[],
  sees_phi boolean, filter jsonpath, most integer)
RETURNS TABLE (document_id uuid, generation integer, ordinal integer, bm25 double precision)
LANGUAGE sql STABLE AS $$
  SELECT * FROM (
    SELECT c.document_id, c.generation, c.ordinal, -(c.bm <#> q.weights) AS bm25
    FROM (
      SELECT l.tenant_id, l.document_id, l.generation, l.ordinal, l.bm FROM kb_lex l
      WHERE l.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND l.tsv @@ words
      OFFSET 0
    ) c JOIN kb_documents d ON d.tenant_id = c.tenant_id AND d.id = c.document_id
      AND d.live_generation = c.generation
    JOIN unnest(kbs, weights) q(kb, weights) ON q.kb = d.kb_id
    WHERE (d.acl IS NULL OR d.acl && readers) AND (sees_phi OR NOT d.phi)
      AND (filter IS NULL OR d.attributes @@ filter)
    OFFSET 0
  ) scored
  WHERE bm25 > 0
  ORDER BY bm25 DESC, document_id, ordinal LIMIT most
$$;
--> statement-breakpoint
-- The search by words, in several knowledge bases at once: `weights` has those of the words in each of
-- `kbs`. Under a policy Postgres uses an index only for operators that cannot leak what they see, and @@
-- is none; so this part runs as the owner of the tables, for the tenant of the transaction and no other,
-- and answers with ids and scores only. What the reader may not see, or did not ask for, is gone before
-- the limit. Chunks that have none of the rare words, where some are given, are looked at only when those
-- that have one are fewer than asked for: common words are in most chunks and tell them hardly apart.
-- Joined by hash: a planner that takes the documents for one compares all of them with each chunk.
CREATE FUNCTION kb_match(kbs text[], words tsquery, rare tsquery, weights sparsevec[], readers text[],
  sees_phi boolean, filter jsonpath, most integer)
RETURNS TABLE (document_id uuid, generation integer, ordinal integer, bm25 double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public SET enable_nestloop = off
SET enable_mergejoin = off ROWS 50 AS $$
  WITH few AS MATERIALIZED (
    SELECT * FROM kb_scored(kbs, coalesce(rare, words), weights, readers, sees_phi, filter, most)
  )
  SELECT * FROM few WHERE rare IS NULL OR (SELECT count(*) FROM few) >= most
  UNION ALL
  SELECT * FROM kb_scored(kbs, words, weights, readers, sees_phi, filter, most)
  WHERE rare IS NOT NULL AND (SELECT count(*) FROM few) < most
$$;
--> statement-breakpoint
-- Its policy lets the function below read vectors as the owner of the tables.
CREATE POLICY search ON kb_vec FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
-- The search by vectors where the tenant has an index of its own for them (`npm run db:index`), in the
-- order of half-precision vectors; the cosine is exact. The tenant and the length are written into the
-- statement: only then does the planner see that the index, which has them in its condition, serves. It
-- goes on until enough is found that may be seen, and looks at 100 at once, for it returns no more than
-- those.
CREATE FUNCTION kb_nearest(kbs text[], question vector, readers text[], sees_phi boolean, most integer)
RETURNS TABLE (document_id uuid, generation integer, ordinal integer, cosine double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public ROWS 50 AS $$
BEGIN
  PERFORM set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.ef_search', '100', true);
  RETURN QUERY EXECUTE format('
    SELECT c.document_id, c.generation, c.ordinal, coalesce(1 - nullif(c.emb <=> $1, ''NaN''), 0)
    FROM kb_vec c JOIN kb_documents d ON d.tenant_id = %1$L AND d.id = c.document_id
      AND d.live_generation = c.generation
    WHERE c.tenant_id = %1$L AND vector_dims(c.emb) = %2$s AND d.kb_id = ANY ($2)
      AND (d.acl IS NULL OR d.acl && $3) AND ($4 OR NOT d.phi)
    ORDER BY c.emb::halfvec(%2$s) <=> $1::halfvec(%2$s) LIMIT $5',
    nullif(current_setting('app.tenant_id', true), ''), vector_dims(question))
  USING question, kbs, readers, sees_phi, most;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION kb_nearest(text[], vector, text[], boolean, integer),
  kb_similar(text[], text[], real, text[], boolean, jsonpath),
  kb_scored(text[], tsquery, sparsevec[], text[], boolean, jsonpath, integer),
  kb_match(text[], tsquery, tsquery, sparsevec[], text[], boolean, jsonpath, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION kb_nearest(text[], vector, text[], boolean, integer),
  kb_similar(text[], text[], real, text[], boolean, jsonpath),
  kb_match(text[], tsquery, tsquery, sparsevec[], text[], boolean, jsonpath, integer) TO app_user;
--> statement-breakpoint
-- Vectors that a down migration put aside come back.
DO $$
BEGIN
  IF to_regclass('archive_vectors') IS NOT NULL THEN
    ALTER TABLE kb_vec NO FORCE ROW LEVEL SECURITY;
    INSERT INTO kb_vec SELECT * FROM archive_vectors;
    ALTER TABLE kb_vec FORCE ROW LEVEL SECURITY;
    DROP TABLE archive_vectors;
  END IF;
END $$;
