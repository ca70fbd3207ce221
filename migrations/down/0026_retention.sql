DROP FUNCTION kb_forget_jobs(timestamptz, integer);
--> statement-breakpoint
DROP FUNCTION auth.teams_of(text);
--> statement-breakpoint
DROP INDEX jobs_reruns;
