-- Rows are put aside first, where no other role looks either; the up migration brings them back.
CREATE TABLE auth.archive_oauth_clients AS SELECT * FROM auth.oauth_clients;
--> statement-breakpoint
CREATE TABLE auth.archive_oauth_consents AS SELECT * FROM auth.oauth_consents;
--> statement-breakpoint
CREATE TABLE auth.archive_oauth_grants AS SELECT * FROM auth.oauth_grants;
--> statement-breakpoint
CREATE TABLE auth.archive_oauth_refresh_tokens AS SELECT * FROM auth.oauth_refresh_tokens;
--> statement-breakpoint
DROP TRIGGER oauth_grants ON auth.members;
--> statement-breakpoint
DROP FUNCTION auth.end_oauth_grants();
--> statement-breakpoint
DROP TABLE auth.oauth_refresh_tokens, auth.oauth_grants, auth.oauth_consents, auth.oauth_clients;
