DROP FUNCTION budget_gauges(timestamptz, timestamptz);
--> statement-breakpoint
DROP FUNCTION usage_costly_hours(timestamptz, bigint);
--> statement-breakpoint
DROP FUNCTION usage_by_tenant(timestamptz, timestamptz, integer);
--> statement-breakpoint
DROP INDEX usage_ledger_subject;
--> statement-breakpoint
CREATE TABLE auth.archive_user_locales AS SELECT id, locale FROM auth.users WHERE locale IS NOT NULL;
--> statement-breakpoint
ALTER TABLE auth.users DROP COLUMN locale;
