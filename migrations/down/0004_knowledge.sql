-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE kb_stat NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_term NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_documents NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_purges NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_chunk NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_vec NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE kb_lex NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_kb_stat AS SELECT * FROM kb_stat;
--> statement-breakpoint
CREATE TABLE archive_kb_term AS SELECT * FROM kb_term;
--> statement-breakpoint
CREATE TABLE archive_kb_documents AS SELECT * FROM kb_documents;
--> statement-breakpoint
CREATE TABLE archive_jobs AS SELECT * FROM jobs;
--> statement-breakpoint
CREATE TABLE archive_kb_purges AS SELECT * FROM kb_purges;
--> statement-breakpoint
CREATE TABLE archive_kb_chunk AS SELECT * FROM kb_chunk;
--> statement-breakpoint
CREATE TABLE archive_kb_vec AS SELECT * FROM kb_vec;
--> statement-breakpoint
CREATE TABLE archive_kb_lex AS SELECT * FROM kb_lex;
--> statement-breakpoint
DROP FUNCTION kb_match(text, tsquery, sparsevec, integer), kb_due_jobs(integer), kb_due_purges(integer), kb_remove(text, uuid),
  kb_publish(text, uuid, integer, uuid, text, integer), kb_count(text, text, uuid, integer, integer),
  kb_bm25(tsvector, tsvector), kb_hash(text);
--> statement-breakpoint
DROP TABLE kb_lex, kb_vec, kb_chunk, kb_purges, jobs, kb_documents, kb_term, kb_stat;
