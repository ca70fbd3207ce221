ALTER TABLE "kb_vec" ALTER COLUMN "emb" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "kb_vec" ADD COLUMN "sparse" sparsevec;--> statement-breakpoint
ALTER TABLE kb_vec ALTER COLUMN sparse SET STORAGE PLAIN;
--> statement-breakpoint
-- The sparse form of a vector where that is the shorter one, else null.
CREATE FUNCTION kb_sparse(emb vector) RETURNS sparsevec LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN pg_column_size(emb::sparsevec) < pg_column_size(emb) THEN emb::sparsevec END;
--> statement-breakpoint
-- Under FORCE the owner, who runs this file, would see no row of any tenant.
DO $$
BEGIN
  ALTER TABLE kb_vec NO FORCE ROW LEVEL SECURITY;
  UPDATE kb_vec SET sparse = kb_sparse(emb), emb = NULL WHERE kb_sparse(emb) IS NOT NULL;
  ALTER TABLE kb_vec FORCE ROW LEVEL SECURITY;
END $$;
--> statement-breakpoint
-- Writes the table anew, so that no page is left with a row's long form.
ALTER TABLE "kb_vec" ADD COLUMN "dimensions" integer GENERATED ALWAYS AS (coalesce(vector_dims(emb), vector_dims(sparse::vector))) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "kb_vec" ADD CONSTRAINT "kb_vec_one_form" CHECK (num_nonnulls(emb, sparse) = 1);
--> statement-breakpoint
-- Chunks with any of the words, best first. The documents, few and short, are settled first, so that it is
-- they that are hashed: chunks with their weights take more than the memory a join has. The index is asked
-- before the documents are, however little the planner knows of either.
CREATE OR REPLACE FUNCTION kb_scored(kbs text[], words tsquery, weights sparsevec[], readers text[],
  sees_phi boolean, filter jsonpath, most integer)
RETURNS TABLE (document_id uuid, generation integer, ordinal integer, bm25 double precision)
LANGUAGE sql STABLE AS $$
  WITH seen AS MATERIALIZED (
    SELECT d.id, d.live_generation AS generation, q.weights
    FROM kb_documents d JOIN unnest(kbs, weights) q(kb, weights) ON q.kb = d.kb_id
    WHERE d.tenant_id = nullif(current_setting('app.tenant_id', true), '')
      AND d.live_generation IS NOT NULL AND (d.acl IS NULL OR d.acl && readers)
      AND (sees_phi OR NOT d.phi) AND (filter IS NULL OR d.attributes @@ filter)
  )
  SELECT * FROM (
    SELECT c.document_id, c.generation, c.ordinal, -(c.bm <#> s.weights) AS bm25
    FROM (
      SELECT l.document_id, l.generation, l.ordinal, l.bm FROM kb_lex l
      WHERE l.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND l.tsv @@ words
      OFFSET 0
    ) c JOIN seen s ON s.id = c.document_id AND s.generation = c.generation
    OFFSET 0
  ) scored
  WHERE bm25 > 0
  ORDER BY bm25 DESC, document_id, ordinal LIMIT most
$$;
--> statement-breakpoint
-- Fails where a knowledge base is asked and its gate lets in only what was measured; else nobody can publish
-- it before the transaction is over.
CREATE FUNCTION kb_open(tenant text, kb text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  closed boolean;
BEGIN
  SELECT NOT b.draft AND coalesce((b.gate->>'closed')::boolean, false) INTO closed
  FROM knowledge_bases b WHERE b.tenant_id = tenant AND b.id = kb FOR SHARE;
  IF closed THEN
    RAISE EXCEPTION 'the knowledge base % is closed while it is asked', kb USING ERRCODE = 'VA409';
  END IF;
END $$;
