-- Rows are put aside first; the up migration brings them back. Sessions in which somebody acts as
-- another go whole: without the mark they would be the other's own.
CREATE TABLE auth.archive_bans AS SELECT * FROM auth.bans;
--> statement-breakpoint
CREATE TABLE auth.archive_impersonations AS
  SELECT * FROM auth.sessions WHERE impersonated_by IS NOT NULL;
--> statement-breakpoint
DELETE FROM auth.sessions WHERE impersonated_by IS NOT NULL;
--> statement-breakpoint
DROP TRIGGER refuse_banned ON auth.sessions;
--> statement-breakpoint
DROP FUNCTION auth.refuse_banned(), auth.ban_user(text, text, text, timestamptz, timestamptz), auth.unban_user(text);
--> statement-breakpoint
DROP TABLE auth.bans;
--> statement-breakpoint
ALTER TABLE auth.sessions DROP COLUMN impersonator_session, DROP COLUMN impersonated_by;
