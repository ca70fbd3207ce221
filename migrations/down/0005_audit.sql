-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_head NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_tombstones NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_audit_log AS SELECT tenant_id, seq, at, body, prev, hash FROM audit_log;
--> statement-breakpoint
CREATE TABLE archive_audit_head AS SELECT * FROM audit_head;
--> statement-breakpoint
CREATE TABLE archive_audit_tombstones AS SELECT * FROM audit_tombstones;
--> statement-breakpoint
CREATE TABLE auth.archive_audit_keys AS SELECT * FROM auth.audit_keys;
--> statement-breakpoint
DROP FUNCTION audit_append(text, timestamptz, text), audit_append_all(text, json),
  audit_erase(text, bigint, timestamptz, text), audit_due_checkpoints(integer), audit_checkpointed(text, bigint);
--> statement-breakpoint
DROP TABLE audit_log, audit_head, audit_tombstones, auth.audit_keys;
--> statement-breakpoint
DROP FUNCTION audit_refuse(), audit_refuse_delete(), audit_move_on();
