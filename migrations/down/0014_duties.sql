-- Rows and columns are put aside first; the up migration brings them back. Under FORCE the owner, who
-- runs this file, would see no row of any tenant, and put none aside.
ALTER TABLE audit_checks NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_audit_checks AS SELECT * FROM audit_checks;
--> statement-breakpoint
CREATE TABLE auth.archive_audit_key_turns AS SELECT id, active_from, replaces FROM auth.audit_keys;
--> statement-breakpoint
CREATE TABLE auth.archive_tenant_plans AS SELECT id, plan FROM auth.organizations WHERE plan IS NOT NULL;
--> statement-breakpoint
DROP FUNCTION audit_due_checks(timestamptz, integer);
--> statement-breakpoint
DROP TABLE audit_checks;
--> statement-breakpoint
ALTER TABLE auth.organizations DROP COLUMN plan;
--> statement-breakpoint
ALTER TABLE auth.audit_keys DROP COLUMN replaces, DROP COLUMN active_from;
--> statement-breakpoint
CREATE UNIQUE INDEX audit_keys_active ON auth.audit_keys USING btree ((retired_at is null)) WHERE retired_at is null;
--> statement-breakpoint
REVOKE DELETE ON auth.api_keys FROM auth_user;
