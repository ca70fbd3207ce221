-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE teams NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE team_members NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_teams AS SELECT * FROM teams;
--> statement-breakpoint
CREATE TABLE archive_team_members AS SELECT * FROM team_members;
--> statement-breakpoint
DROP TABLE team_members;
--> statement-breakpoint
DROP TABLE teams;
