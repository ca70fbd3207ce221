-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE knowledge_bases NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_documents NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_knowledge_bases AS SELECT * FROM knowledge_bases;
--> statement-breakpoint
CREATE TABLE archive_labels AS SELECT tenant_id, id, acl, phi, attributes FROM kb_documents
WHERE acl IS NOT NULL OR phi OR attributes <> '{}';
--> statement-breakpoint
ALTER TABLE kb_documents FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP FUNCTION kb_match(text[], tsquery, sparsevec[], text[], boolean, jsonpath, integer),
  kb_remove_base(text, text);
--> statement-breakpoint
CREATE FUNCTION kb_match(kb text, words tsquery, weights sparsevec, most integer)
RETURNS TABLE (document_id uuid, generation integer, ordinal integer, bm25 double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT c.document_id, c.generation, c.ordinal, -(c.bm <#> weights) AS bm25
  FROM kb_lex c JOIN kb_documents d ON d.tenant_id = c.tenant_id AND d.id = c.document_id
    AND d.live_generation = c.generation
  WHERE c.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND d.kb_id = kb
    AND c.tsv @@ words
  ORDER BY bm25 DESC, c.document_id, c.ordinal LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION kb_match(text, tsquery, sparsevec, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION kb_match(text, tsquery, sparsevec, integer) TO app_user;
--> statement-breakpoint
ALTER TABLE kb_stat DROP CONSTRAINT kb_stat_base;
--> statement-breakpoint
ALTER TABLE kb_documents DROP CONSTRAINT kb_documents_base;
--> statement-breakpoint
DROP INDEX kb_documents_limited;
--> statement-breakpoint
ALTER TABLE kb_documents DROP COLUMN acl, DROP COLUMN phi, DROP COLUMN attributes;
--> statement-breakpoint
DROP TABLE knowledge_bases;
