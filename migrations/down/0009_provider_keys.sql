-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE provider_keys NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE tenant_deks NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_provider_keys AS SELECT * FROM provider_keys;
--> statement-breakpoint
CREATE TABLE archive_tenant_deks AS SELECT * FROM tenant_deks;
--> statement-breakpoint
DROP FUNCTION stale_deks;
--> statement-breakpoint
DROP TABLE provider_keys;
--> statement-breakpoint
DROP TABLE tenant_deks;
