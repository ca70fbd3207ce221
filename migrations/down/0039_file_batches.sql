-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE kb_file_batches NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_kb_file_batches AS SELECT * FROM kb_file_batches;
--> statement-breakpoint
ALTER TABLE kb_documents NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_suspicions AS
  SELECT tenant_id, id, suspicions FROM kb_documents WHERE suspicions <> '{}';
--> statement-breakpoint
ALTER TABLE kb_documents FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_documents DROP COLUMN suspicions;
--> statement-breakpoint
DROP TABLE kb_file_batches;
