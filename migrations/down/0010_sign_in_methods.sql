-- Rows and a column are put aside first; the up migration brings them back.
CREATE TABLE auth.archive_passkeys AS SELECT * FROM auth.passkeys;
--> statement-breakpoint
CREATE TABLE auth.archive_account_labels AS SELECT id, label FROM auth.accounts WHERE label IS NOT NULL;
--> statement-breakpoint
DROP TABLE auth.passkeys;
--> statement-breakpoint
ALTER TABLE auth.accounts DROP COLUMN label;
