-- A gate that closes is one that does not until the up migration comes; what it says of that stays.
DROP FUNCTION kb_open(text, text);
--> statement-breakpoint
CREATE OR REPLACE FUNCTION kb_scored(kbs text[], words tsquery, weights sparsevec[], readers text[],
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
ALTER TABLE kb_vec DROP CONSTRAINT kb_vec_one_form, DROP COLUMN dimensions;
--> statement-breakpoint
-- Nothing is lost: a vector is the same in both forms. Under FORCE the owner, who runs this file, would
-- see no row of any tenant.
ALTER TABLE kb_vec NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
UPDATE kb_vec SET emb = sparse::vector WHERE sparse IS NOT NULL;
--> statement-breakpoint
ALTER TABLE kb_vec FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP FUNCTION kb_sparse(vector);
--> statement-breakpoint
ALTER TABLE kb_vec DROP COLUMN sparse;
--> statement-breakpoint
ALTER TABLE kb_vec ALTER COLUMN emb SET NOT NULL;
