-- Rows are put aside first, where no other role looks either; the up migration brings them back.
CREATE TABLE auth.archive_api_keys AS SELECT * FROM auth.api_keys;
--> statement-breakpoint
DROP TABLE auth.api_keys;
