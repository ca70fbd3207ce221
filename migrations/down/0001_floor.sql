-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside. Roles and extensions stay: other
-- databases of the server may use them.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_users AS SELECT * FROM users;
--> statement-breakpoint
CREATE TABLE archive_tenants AS SELECT * FROM tenants;
--> statement-breakpoint
DROP TABLE users;
--> statement-breakpoint
DROP TABLE tenants;
