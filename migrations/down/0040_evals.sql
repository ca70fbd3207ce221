-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE eval_sets NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_cases NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_runs NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_results NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_eval_sets AS SELECT * FROM eval_sets;
--> statement-breakpoint
CREATE TABLE archive_eval_cases AS SELECT * FROM eval_cases;
--> statement-breakpoint
CREATE TABLE archive_eval_runs AS SELECT * FROM eval_runs;
--> statement-breakpoint
CREATE TABLE archive_eval_results AS SELECT * FROM eval_results;
--> statement-breakpoint
DROP FUNCTION eval_due_runs(integer);
--> statement-breakpoint
DROP TABLE eval_results, eval_runs, eval_cases, eval_sets;
