-- Rows are put aside first, where no other role looks either; the up migration brings them back.
CREATE TABLE auth.archive_users AS SELECT * FROM auth.users;
--> statement-breakpoint
CREATE TABLE auth.archive_organizations AS SELECT * FROM auth.organizations;
--> statement-breakpoint
CREATE TABLE auth.archive_accounts AS SELECT * FROM auth.accounts;
--> statement-breakpoint
CREATE TABLE auth.archive_sessions AS SELECT * FROM auth.sessions;
--> statement-breakpoint
CREATE TABLE auth.archive_verifications AS SELECT * FROM auth.verifications;
--> statement-breakpoint
CREATE TABLE auth.archive_members AS SELECT * FROM auth.members;
--> statement-breakpoint
CREATE TABLE auth.archive_invitations AS SELECT * FROM auth.invitations;
--> statement-breakpoint
CREATE TABLE auth.archive_signing_keys AS SELECT * FROM auth.signing_keys;
--> statement-breakpoint
CREATE TABLE auth.archive_setups AS SELECT * FROM auth.setups;
--> statement-breakpoint
DROP FUNCTION auth.create_tenant;
--> statement-breakpoint
DROP TABLE auth.setups;
--> statement-breakpoint
DROP TABLE auth.signing_keys;
--> statement-breakpoint
DROP TABLE auth.invitations;
--> statement-breakpoint
DROP TABLE auth.members;
--> statement-breakpoint
DROP TABLE auth.verifications;
--> statement-breakpoint
DROP TABLE auth.sessions;
--> statement-breakpoint
DROP TABLE auth.accounts;
--> statement-breakpoint
DROP TABLE auth.organizations;
--> statement-breakpoint
DROP TABLE auth.users;
