-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE voice_settings NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE voice_sessions NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE voice_items NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_voice_settings AS SELECT * FROM voice_settings;
--> statement-breakpoint
CREATE TABLE archive_voice_sessions AS SELECT * FROM voice_sessions;
--> statement-breakpoint
CREATE TABLE archive_voice_items AS SELECT * FROM voice_items;
--> statement-breakpoint
DROP FUNCTION voice_due_erasures(timestamptz, integer);
--> statement-breakpoint
DROP TABLE voice_items, voice_sessions, voice_settings;
