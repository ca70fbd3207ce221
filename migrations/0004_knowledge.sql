CREATE TABLE "jobs" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"document_id" uuid NOT NULL,
	"generation" integer NOT NULL,
	"status" text NOT NULL,
	"stage" text NOT NULL,
	"percent" integer DEFAULT 0 NOT NULL,
	"error" jsonb,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_id" uuid,
	"lease_until" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"request_id" text NOT NULL,
	"traceparent" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "jobs_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "kb_chunk" (
	"tenant_id" text NOT NULL,
	"document_id" uuid NOT NULL,
	"generation" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"context" text NOT NULL,
	"text" text NOT NULL,
	"char_start" integer NOT NULL,
	"char_end" integer NOT NULL,
	"page" integer NOT NULL,
	"page_starts" integer[] NOT NULL,
	"chunk_hash" text NOT NULL,
	CONSTRAINT "kb_chunk_pk" PRIMARY KEY("tenant_id","document_id","generation","ordinal")
);
--> statement-breakpoint
CREATE TABLE "kb_documents" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"kb_id" text NOT NULL,
	"title" text NOT NULL,
	"file_name" text NOT NULL,
	"media_type" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"generation" integer NOT NULL,
	"live_generation" integer,
	"pages" integer,
	"chunks" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "kb_documents_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "kb_lex" (
	"tenant_id" text NOT NULL,
	"document_id" uuid NOT NULL,
	"generation" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"tsv" "tsvector" NOT NULL,
	"bm" sparsevec(1048576) NOT NULL,
	CONSTRAINT "kb_lex_pk" PRIMARY KEY("tenant_id","document_id","generation","ordinal")
);
--> statement-breakpoint
CREATE TABLE "kb_purges" (
	"tenant_id" text NOT NULL,
	"document_id" uuid NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	CONSTRAINT "kb_purges_tenant_id_document_id_pk" PRIMARY KEY("tenant_id","document_id")
);
--> statement-breakpoint
CREATE TABLE "kb_stat" (
	"tenant_id" text NOT NULL,
	"kb_id" text NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"config" text DEFAULT 'russian' NOT NULL,
	"chunks" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "kb_stat_tenant_id_kb_id_pk" PRIMARY KEY("tenant_id","kb_id")
);
--> statement-breakpoint
CREATE TABLE "kb_term" (
	"tenant_id" text NOT NULL,
	"kb_id" text NOT NULL,
	"h" integer NOT NULL,
	"df" integer NOT NULL,
	CONSTRAINT "kb_term_tenant_id_kb_id_h_pk" PRIMARY KEY("tenant_id","kb_id","h")
);
--> statement-breakpoint
CREATE TABLE "kb_vec" (
	"tenant_id" text NOT NULL,
	"document_id" uuid NOT NULL,
	"generation" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"emb" vector(1536) NOT NULL,
	CONSTRAINT "kb_vec_pk" PRIMARY KEY("tenant_id","document_id","generation","ordinal")
);
--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_kb_documents_fk" FOREIGN KEY ("tenant_id","document_id") REFERENCES "public"."kb_documents"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kb_chunk" ADD CONSTRAINT "kb_chunk_kb_documents_fk" FOREIGN KEY ("tenant_id","document_id") REFERENCES "public"."kb_documents"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kb_documents" ADD CONSTRAINT "kb_documents_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kb_lex" ADD CONSTRAINT "kb_lex_kb_documents_fk" FOREIGN KEY ("tenant_id","document_id") REFERENCES "public"."kb_documents"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kb_purges" ADD CONSTRAINT "kb_purges_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kb_stat" ADD CONSTRAINT "kb_stat_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kb_term" ADD CONSTRAINT "kb_term_kb_stat_fk" FOREIGN KEY ("tenant_id","kb_id") REFERENCES "public"."kb_stat"("tenant_id","kb_id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kb_vec" ADD CONSTRAINT "kb_vec_kb_documents_fk" FOREIGN KEY ("tenant_id","document_id") REFERENCES "public"."kb_documents"("tenant_id","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_generation" ON "jobs" USING btree ("tenant_id","document_id","generation");
--> statement-breakpoint
CREATE INDEX "jobs_active" ON "jobs" USING btree ("updated_at") WHERE status in ('queued', 'parsing', 'embedding');
--> statement-breakpoint
CREATE UNIQUE INDEX "kb_documents_sha256" ON "kb_documents" USING btree ("tenant_id","kb_id","sha256");
--> statement-breakpoint
CREATE INDEX "kb_lex_tsv" ON "kb_lex" USING gin ("tenant_id","tsv") WITH (gin_pending_list_limit=512);
--> statement-breakpoint
-- From here by hand. Vectors are kept in their rows as they are: a scan never follows a pointer and
-- never unpacks.
ALTER TABLE kb_vec ALTER COLUMN emb SET STORAGE PLAIN;
--> statement-breakpoint
ALTER TABLE kb_lex ALTER COLUMN bm SET STORAGE PLAIN;
--> statement-breakpoint
-- A term's dimension. md5, because hashtext may differ between servers and versions.
CREATE FUNCTION kb_hash(lexeme text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || substr(md5(lexeme), 1, 5))::bit(20)::integer;
--> statement-breakpoint
-- BM25 weights of a chunk's terms, k1 1.2 and b 0.75 as in the literature, plus 0.3 times those of its
-- title: f(k1+1) over f + k1(1-b+b*length/average). The averages are constants, for chunks are cut to a
-- size: 130 words of 1,200 characters and 8 of a title. So a weight never depends on what was indexed
-- before. Indices of a sparsevec count from 1.
CREATE FUNCTION kb_bm25(body tsvector, title tsvector) RETURNS sparsevec
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ('{' || coalesce(string_agg(d.i || ':' || round(d.w::numeric, 4), ','), '') || '}/1048576')::sparsevec
  FROM (
    SELECT kb_hash(p.lexeme) + 1 AS i,
      sum(p.weight * p.f * 2.2::float8 / (p.f + 1.2 * (0.25 + 0.75 * p.length / p.average))) AS w
    FROM (
      SELECT lexeme, cardinality(positions) AS f, 1.0::float8 AS weight,
        sum(cardinality(positions)) OVER () AS length, 130::float8 AS average
      FROM unnest(body)
      UNION ALL
      SELECT lexeme, cardinality(positions), 0.3, sum(cardinality(positions)) OVER (), 8
      FROM unnest(title)
    ) p GROUP BY 1
  ) d
$$;
--> statement-breakpoint
-- Adds (sign 1) or takes back (-1) the chunks of one run of a document to or from the statistics.
-- Its callers hold the row of kb_stat, so that two of them never meet in kb_term.
CREATE FUNCTION kb_count(tenant text, kb text, document uuid, run integer, sign integer)
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
-- Makes a finished run the visible one, in one step, and removes the run it replaces. False when the
-- run is no longer the newest or its lease is lost: nothing happens then. Locks are taken in one
-- order everywhere: kb_stat, kb_documents, jobs.
CREATE FUNCTION kb_publish(
  tenant text, document uuid, run integer, lease uuid, new_title text, new_pages integer
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  kb text;
  live integer;
  visible integer;
BEGIN
  SELECT s.kb_id INTO kb FROM kb_documents d JOIN kb_stat s USING (tenant_id, kb_id)
  WHERE d.tenant_id = tenant AND d.id = document FOR UPDATE OF s;
  SELECT live_generation INTO live FROM kb_documents
  WHERE tenant_id = tenant AND id = document AND generation = run FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE jobs SET status = 'ready', stage = 'done', percent = 100, error = NULL, lease_id = NULL,
    lease_until = NULL, updated_at = now()
  WHERE tenant_id = tenant AND document_id = document AND generation = run AND lease_id = lease;
  IF NOT FOUND THEN RETURN false; END IF;
  IF live IS NOT NULL THEN PERFORM kb_count(tenant, kb, document, live, -1); END IF;
  PERFORM kb_count(tenant, kb, document, run, 1);
  DELETE FROM kb_lex WHERE tenant_id = tenant AND document_id = document AND generation <> run;
  DELETE FROM kb_vec WHERE tenant_id = tenant AND document_id = document AND generation <> run;
  DELETE FROM kb_chunk WHERE tenant_id = tenant AND document_id = document AND generation <> run;
  SELECT count(*) INTO visible FROM kb_chunk
  WHERE tenant_id = tenant AND document_id = document AND generation = run;
  UPDATE kb_documents SET live_generation = run, title = new_title, pages = new_pages,
    chunks = visible, updated_at = now()
  WHERE tenant_id = tenant AND id = document;
  UPDATE kb_stat SET version = version + 1 WHERE tenant_id = tenant AND kb_id = kb;
  RETURN true;
END $$;
--> statement-breakpoint
-- Removes a document with everything derived from it and notes its files for removal. False when
-- there is none.
CREATE FUNCTION kb_remove(tenant text, document uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  kb text;
  live integer;
BEGIN
  SELECT s.kb_id INTO kb FROM kb_documents d JOIN kb_stat s USING (tenant_id, kb_id)
  WHERE d.tenant_id = tenant AND d.id = document FOR UPDATE OF s;
  SELECT live_generation INTO live FROM kb_documents
  WHERE tenant_id = tenant AND id = document FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  IF live IS NOT NULL THEN PERFORM kb_count(tenant, kb, document, live, -1); END IF;
  DELETE FROM kb_documents WHERE tenant_id = tenant AND id = document;
  INSERT INTO kb_purges VALUES (tenant, document, now());
  UPDATE kb_stat SET version = version + 1 WHERE tenant_id = tenant AND kb_id = kb;
  RETURN true;
END $$;
--> statement-breakpoint
ALTER TABLE kb_stat ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_term ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_documents ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_purges ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_chunk ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_vec ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_lex ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
CREATE POLICY tenant ON kb_stat
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON kb_term
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON kb_documents
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON jobs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON kb_purges
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON kb_chunk
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON kb_vec
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON kb_lex
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE
ON kb_stat, kb_term, kb_documents, jobs, kb_purges, kb_chunk, kb_vec, kb_lex TO app_user;
--> statement-breakpoint
-- The search by words. Under a policy Postgres uses an index only for operators that cannot leak what
-- they see, and @@ is none; so this part runs as the owner of the tables, for the tenant of the
-- transaction and no other, and answers with ids and scores only.
CREATE POLICY search ON kb_lex FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY search ON kb_documents FOR SELECT TO CURRENT_USER USING (true);
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
-- The two sweeps cross tenants: they run as the owner of the tables, who sees these two whole, and
-- answer with ids only.
CREATE POLICY sweep ON jobs TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY sweep ON kb_purges TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Jobs whose message never reached the queue, got lost, or whose worker died. Each is named at most
-- once a minute; a message too many does nothing.
CREATE FUNCTION kb_due_jobs(most integer)
RETURNS TABLE (tenant_id text, document_id uuid, generation integer, request_id text, traceparent text)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  UPDATE jobs j SET sent_at = now() FROM (
    SELECT d.tenant_id, d.id FROM jobs d
    WHERE d.status IN ('queued', 'parsing', 'embedding')
      AND coalesce(d.lease_until, '-infinity') < now()
      AND coalesce(d.sent_at, '-infinity') < now() - interval '1 minute'
      AND d.created_at < now() - interval '10 seconds'
    ORDER BY d.updated_at LIMIT most FOR UPDATE SKIP LOCKED
  ) due
  WHERE j.tenant_id = due.tenant_id AND j.id = due.id
  RETURNING j.tenant_id, j.document_id, j.generation, j.request_id, j.traceparent
$$;
--> statement-breakpoint
CREATE FUNCTION kb_due_purges(most integer) RETURNS TABLE (tenant_id text, document_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  SELECT p.tenant_id, p.document_id FROM kb_purges p ORDER BY p.requested_at LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION kb_match(text, tsquery, sparsevec, integer), kb_due_jobs(integer),
  kb_due_purges(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION kb_match(text, tsquery, sparsevec, integer), kb_due_jobs(integer),
  kb_due_purges(integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back, parents first; before the first one there are none.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['kb_stat', 'kb_term', 'kb_documents', 'jobs', 'kb_purges', 'kb_chunk', 'kb_vec', 'kb_lex'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE kb_stat FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_term FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_documents FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_purges FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_chunk FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_vec FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_lex FORCE ROW LEVEL SECURITY;
