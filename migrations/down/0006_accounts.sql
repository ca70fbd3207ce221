-- Rows and columns are put aside first; the up migration brings them back.
CREATE TABLE auth.archive_two_factors AS SELECT * FROM auth.two_factors;
--> statement-breakpoint
CREATE TABLE auth.archive_backup_codes AS SELECT * FROM auth.backup_codes;
--> statement-breakpoint
CREATE TABLE auth.archive_session_methods AS SELECT id, amr FROM auth.sessions;
--> statement-breakpoint
CREATE TABLE auth.archive_key_order AS SELECT id, replaces FROM auth.signing_keys;
--> statement-breakpoint
DROP FUNCTION auth.set_profile(text, text, text);
--> statement-breakpoint
DROP TABLE auth.backup_codes, auth.two_factors;
--> statement-breakpoint
ALTER TABLE auth.signing_keys DROP COLUMN replaces;
--> statement-breakpoint
ALTER TABLE auth.sessions DROP COLUMN amr;
