-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE document_events NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_dead_letters NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_uploads NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_upload_parts NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_documents NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_document_events AS SELECT * FROM document_events;
--> statement-breakpoint
CREATE TABLE archive_kb_dead_letters AS SELECT * FROM kb_dead_letters;
--> statement-breakpoint
CREATE TABLE archive_kb_uploads AS SELECT * FROM kb_uploads;
--> statement-breakpoint
CREATE TABLE archive_kb_upload_parts AS SELECT * FROM kb_upload_parts;
--> statement-breakpoint
CREATE TABLE archive_slices AS SELECT tenant_id, id, slice, pages_done, pages_total, chunks_done,
  chunks_total, started_at, claimed_at, reached_at FROM jobs;
--> statement-breakpoint
CREATE TABLE archive_texts AS SELECT tenant_id, id, text_sha256, duplicate_of FROM kb_documents;
--> statement-breakpoint
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_documents FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP TRIGGER jobs_begun ON jobs;
--> statement-breakpoint
DROP TRIGGER jobs_changed ON jobs;
--> statement-breakpoint
DROP FUNCTION jobs_note(), kb_due_uploads(timestamptz, integer), kb_expire_events(timestamptz, integer),
  kb_ahead(uuid), kb_due_jobs(integer),
  kb_publish(text, uuid, integer, uuid, text, integer, text, boolean);
--> statement-breakpoint
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
CREATE OR REPLACE FUNCTION kb_remove(tenant text, document uuid) RETURNS boolean LANGUAGE plpgsql AS $$
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
DROP FUNCTION kb_orphan(text, uuid);
--> statement-breakpoint
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
REVOKE ALL ON FUNCTION kb_due_jobs(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION kb_due_jobs(integer) TO app_user;
--> statement-breakpoint
DROP TABLE kb_upload_parts, kb_uploads, kb_dead_letters, document_events;
--> statement-breakpoint
DROP INDEX jobs_claimed, kb_documents_text, kb_documents_duplicates;
--> statement-breakpoint
ALTER TABLE jobs DROP COLUMN slice, DROP COLUMN pages_done, DROP COLUMN pages_total, DROP COLUMN chunks_done,
  DROP COLUMN chunks_total, DROP COLUMN started_at, DROP COLUMN claimed_at, DROP COLUMN reached_at;
--> statement-breakpoint
ALTER TABLE kb_documents DROP COLUMN text_sha256, DROP COLUMN duplicate_of;
