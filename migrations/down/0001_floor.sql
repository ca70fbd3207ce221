-- Rows are put aside first; the up migration brings them back. Roles and extensions stay: other
-- databases of the server may use them.
CREATE TABLE archive_users AS SELECT * FROM users;
--> statement-breakpoint
CREATE TABLE archive_tenants AS SELECT * FROM tenants;
--> statement-breakpoint
DROP TABLE users;
--> statement-breakpoint
DROP TABLE tenants;
