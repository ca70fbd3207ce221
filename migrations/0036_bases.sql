CREATE TABLE "knowledge_bases" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"embedding_model" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "knowledge_bases_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "kb_documents" ADD COLUMN "acl" text[];--> statement-breakpoint
ALTER TABLE "kb_documents" ADD COLUMN "phi" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "kb_documents" ADD COLUMN "attributes" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "knowledge_bases" ADD CONSTRAINT "knowledge_bases_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "kb_documents_limited" ON "kb_documents" USING btree ("tenant_id") WHERE acl is not null or phi;
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE knowledge_bases ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON knowledge_bases
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_bases TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; and what a tenant has so far becomes its default
-- knowledge base. Under FORCE the owner, who runs this file, would see no row of any tenant.
DO $$
BEGIN
  ALTER TABLE kb_stat NO FORCE ROW LEVEL SECURITY;
  ALTER TABLE kb_documents NO FORCE ROW LEVEL SECURITY;
  IF to_regclass('archive_knowledge_bases') IS NOT NULL THEN
    INSERT INTO knowledge_bases SELECT * FROM archive_knowledge_bases;
    UPDATE kb_documents d SET acl = a.acl, phi = a.phi, attributes = a.attributes
    FROM archive_labels a WHERE a.tenant_id = d.tenant_id AND a.id = d.id;
    DROP TABLE archive_knowledge_bases;
    DROP TABLE archive_labels;
  END IF;
  INSERT INTO knowledge_bases (tenant_id, id, name, created_at, updated_at)
  SELECT tenant_id, kb_id, initcap(kb_id), now(), now() FROM kb_stat ON CONFLICT DO NOTHING;
  ALTER TABLE kb_stat FORCE ROW LEVEL SECURITY;
  ALTER TABLE kb_documents FORCE ROW LEVEL SECURITY;
END $$;
--> statement-breakpoint
ALTER TABLE "kb_documents" ADD CONSTRAINT "kb_documents_base" FOREIGN KEY ("tenant_id","kb_id") REFERENCES "public"."knowledge_bases"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kb_stat" ADD CONSTRAINT "kb_stat_base" FOREIGN KEY ("tenant_id","kb_id") REFERENCES "public"."knowledge_bases"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
-- Removes a knowledge base with its documents and notes their files for removal. False when there is
-- none. Its row is locked first: a document that is being put in waits, and then finds none.
CREATE FUNCTION kb_remove_base(tenant text, kb text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM knowledge_bases WHERE tenant_id = tenant AND id = kb FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM FROM kb_stat WHERE tenant_id = tenant AND kb_id = kb FOR UPDATE;
  INSERT INTO kb_purges SELECT tenant, id, now() FROM kb_documents
  WHERE tenant_id = tenant AND kb_id = kb;
  DELETE FROM kb_documents WHERE tenant_id = tenant AND kb_id = kb;
  DELETE FROM knowledge_bases WHERE tenant_id = tenant AND id = kb;
  RETURN true;
END $$;
--> statement-breakpoint
DROP FUNCTION kb_match(text, tsquery, sparsevec, integer);
--> statement-breakpoint
-- The search by words, in several knowledge bases at once: `weights` has the idf of the words in each
-- of `kbs`. Under a policy Postgres uses an index only for operators that cannot leak what they see,
-- and @@ is none; so this part runs as the owner of the tables, for the tenant of the transaction and
-- no other, and answers with ids and scores only. What the reader may not see, or did not ask for, is
-- gone before the limit.
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
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE knowledge_bases FORCE ROW LEVEL SECURITY;
