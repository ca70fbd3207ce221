-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE flag_schedules NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_sightings NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_references NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_drafts NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_approvals NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_flag_schedules AS SELECT * FROM flag_schedules;
--> statement-breakpoint
CREATE TABLE archive_flag_sightings AS SELECT * FROM flag_sightings;
--> statement-breakpoint
CREATE TABLE archive_flag_references AS SELECT * FROM flag_references;
--> statement-breakpoint
-- Proposals that are of no flag are unknown before.
CREATE TABLE archive_flag_proposals AS SELECT * FROM flag_drafts WHERE change IS NOT NULL;
--> statement-breakpoint
CREATE TABLE archive_flag_proposal_approvals AS SELECT a.* FROM flag_approvals a
  JOIN flag_drafts d ON d.tenant_id = a.tenant_id AND d.id = a.draft_id WHERE d.change IS NOT NULL;
--> statement-breakpoint
DELETE FROM flag_drafts WHERE change IS NOT NULL;
--> statement-breakpoint
ALTER TABLE flag_drafts DROP COLUMN change;
--> statement-breakpoint
ALTER TABLE flag_drafts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_approvals FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP FUNCTION flag_schedules_due(timestamptz, integer);
--> statement-breakpoint
DROP FUNCTION flag_schedule_step(uuid, integer, integer, jsonb, timestamptz, text, text, timestamptz);
--> statement-breakpoint
DROP TABLE flag_references;
--> statement-breakpoint
DROP TABLE flag_sightings;
--> statement-breakpoint
DROP TABLE flag_schedules;
