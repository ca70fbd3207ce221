-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE assistants NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE assistant_versions NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_assistants AS SELECT * FROM assistants;
--> statement-breakpoint
CREATE TABLE archive_assistant_versions AS SELECT * FROM assistant_versions;
--> statement-breakpoint
CREATE TABLE archive_session_assistants AS
  SELECT tenant_id, id, assistant_id, assistant_version, summary, summary_turn FROM sessions
  WHERE assistant_id IS NOT NULL OR summary IS NOT NULL;
--> statement-breakpoint
CREATE TABLE archive_message_traces AS
  SELECT tenant_id, session_id, id, trace_id FROM messages WHERE trace_id IS NOT NULL;
--> statement-breakpoint
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP FUNCTION auth.conversations_of(text);
--> statement-breakpoint
ALTER TABLE messages DROP COLUMN trace_id;
--> statement-breakpoint
ALTER TABLE sessions DROP COLUMN assistant_id, DROP COLUMN assistant_version,
  DROP COLUMN summary, DROP COLUMN summary_turn;
--> statement-breakpoint
DROP TABLE assistant_versions, assistants;
