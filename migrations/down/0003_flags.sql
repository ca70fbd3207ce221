-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE feature_flags NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_feature_flags AS SELECT * FROM feature_flags;
--> statement-breakpoint
DROP TABLE feature_flags;
