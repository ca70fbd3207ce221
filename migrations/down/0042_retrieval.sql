DROP FUNCTION kb_match(text[], tsquery, tsquery, sparsevec[], text[], boolean, jsonpath, integer),
  kb_scored(text[], tsquery, sparsevec[], text[], boolean, jsonpath, integer),
  kb_similar(text[], text[], real, text[], boolean, jsonpath), kb_word(text),
  kb_nearest(text[], vector, text[], boolean, integer);
--> statement-breakpoint
DROP POLICY search ON kb_vec;
--> statement-breakpoint
-- Indexes of single tenants: on an expression of the column whose type goes back.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relkind = 'i' AND relname LIKE 'kb\_vec\_hnsw\_%' LOOP
    EXECUTE format('DROP INDEX %I', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- Vectors of other lengths are put aside first; the up migration brings them back. Under FORCE the owner,
-- who runs this file, would see no row of any tenant.
ALTER TABLE kb_vec NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_vectors AS SELECT * FROM kb_vec WHERE vector_dims(emb) <> 1536;
--> statement-breakpoint
DELETE FROM kb_vec WHERE vector_dims(emb) <> 1536;
--> statement-breakpoint
ALTER TABLE kb_vec ALTER COLUMN emb TYPE vector(1536);
--> statement-breakpoint
ALTER TABLE kb_vec ALTER COLUMN emb SET STORAGE PLAIN;
--> statement-breakpoint
ALTER TABLE kb_vec FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE FUNCTION kb_match(kbs text[], words tsquery, weights sparsevec[], readers text[],
  sees_phi boolean, filter jsonpath, most integer)
RETURNS TABLE (document_id uuid, generation integer, ordinal integer, bm25 double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT * FROM (
    SELECT c.document_id, c.generation, c.ordinal, -(c.bm <#> q.weights) AS bm25
    FROM kb_lex c JOIN kb_documents d ON d.tenant_id = c.tenant_id AND d.id = c.document_id
      AND d.live_generation = c.generation
    JOIN unnest(kbs, weights) q(kb, weights) ON q.kb = d.kb_id
    WHERE c.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND c.tsv @@ words
      AND (d.acl IS NULL OR d.acl && readers) AND (sees_phi OR NOT d.phi)
      AND (filter IS NULL OR d.attributes @@ filter)
    OFFSET 0
  ) scored
  WHERE bm25 > 0
  ORDER BY bm25 DESC, document_id, ordinal LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION
  kb_match(text[], tsquery, sparsevec[], text[], boolean, jsonpath, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  kb_match(text[], tsquery, sparsevec[], text[], boolean, jsonpath, integer) TO app_user;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION kb_count(tenant text, kb text, document uuid, run integer, sign integer)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO kb_term (tenant_id, kb_id, h, df)
  SELECT tenant, kb, kb_hash(w.lexeme), sign * count(DISTINCT l.ordinal)
  FROM kb_lex l, unnest(l.tsv) w
  WHERE l.tenant_id = tenant AND l.document_id = document AND l.generation = run
  GROUP BY 3
  ON CONFLICT (tenant_id, kb_id, h) DO UPDATE SET df = kb_term.df + excluded.df;
  DELETE FROM kb_term WHERE tenant_id = tenant AND kb_id = kb AND df <= 0 AND sign < 0;
  UPDATE kb_stat SET chunks = chunks + sign * (
    SELECT count(*)::integer FROM kb_lex
    WHERE tenant_id = tenant AND document_id = document AND generation = run
  )
  WHERE tenant_id = tenant AND kb_id = kb;
$$;
--> statement-breakpoint
DROP POLICY search ON kb_term;
--> statement-breakpoint
DROP INDEX kb_term_lexeme;
--> statement-breakpoint
ALTER TABLE kb_term DROP COLUMN lexeme;
