-- Rows and versions are put aside first; the up migration brings them back. Under FORCE the owner, who
-- runs this file, would see no row of any tenant, and put none aside.
ALTER TABLE feature_flags NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_heads NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_environments NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_revisions NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE user_feature_flags NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_segments NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_snapshots NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_outbox NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_drafts NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_approvals NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_analytics NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_flag_heads AS SELECT * FROM flag_heads;
--> statement-breakpoint
CREATE TABLE archive_flag_environments AS SELECT * FROM flag_environments;
--> statement-breakpoint
CREATE TABLE archive_feature_flag_revisions AS SELECT * FROM feature_flag_revisions;
--> statement-breakpoint
CREATE TABLE archive_user_feature_flags AS SELECT * FROM user_feature_flags;
--> statement-breakpoint
CREATE TABLE archive_flag_segments AS SELECT * FROM flag_segments;
--> statement-breakpoint
CREATE TABLE archive_flag_snapshots AS SELECT * FROM flag_snapshots;
--> statement-breakpoint
CREATE TABLE archive_flag_outbox AS SELECT * FROM flag_outbox;
--> statement-breakpoint
CREATE TABLE archive_flag_drafts AS SELECT * FROM flag_drafts;
--> statement-breakpoint
CREATE TABLE archive_flag_approvals AS SELECT * FROM flag_approvals;
--> statement-breakpoint
CREATE TABLE archive_feature_flag_analytics AS SELECT * FROM feature_flag_analytics;
--> statement-breakpoint
CREATE TABLE archive_feature_flag_versions AS SELECT tenant_id, name, version FROM feature_flags;
--> statement-breakpoint
DROP TRIGGER flag_seed ON tenants;
--> statement-breakpoint
DROP FUNCTION flag_seed_new();
--> statement-breakpoint
DROP FUNCTION flag_seed(text, timestamptz);
--> statement-breakpoint
DROP FUNCTION flag_due_tenants(timestamptz, integer);
--> statement-breakpoint
DROP FUNCTION flag_outbox_due(timestamptz, integer);
--> statement-breakpoint
DROP FUNCTION flag_advance(bigint);
--> statement-breakpoint
DROP TABLE feature_flag_analytics;
--> statement-breakpoint
DROP TABLE flag_approvals;
--> statement-breakpoint
DROP TABLE flag_drafts;
--> statement-breakpoint
DROP TABLE flag_outbox;
--> statement-breakpoint
DROP TABLE flag_snapshots;
--> statement-breakpoint
DROP TABLE flag_segments;
--> statement-breakpoint
DROP TABLE user_feature_flags;
--> statement-breakpoint
DROP TABLE feature_flag_revisions;
--> statement-breakpoint
DROP TABLE flag_environments;
--> statement-breakpoint
DROP TABLE flag_heads;
--> statement-breakpoint
ALTER TABLE feature_flags DROP COLUMN version;
--> statement-breakpoint
ALTER TABLE feature_flags FORCE ROW LEVEL SECURITY;
