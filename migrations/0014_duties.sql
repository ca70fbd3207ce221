CREATE TABLE "audit_checks" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"progress" jsonb,
	"verified_at" timestamp with time zone,
	"fault" text
);
--> statement-breakpoint
DROP INDEX "auth"."audit_keys_active";--> statement-breakpoint
ALTER TABLE "auth"."audit_keys" ADD COLUMN "active_from" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "auth"."audit_keys" ADD COLUMN "replaces" text;--> statement-breakpoint
ALTER TABLE "auth"."organizations" ADD COLUMN "plan" text;--> statement-breakpoint
ALTER TABLE "auth"."audit_keys" ADD CONSTRAINT "audit_keys_replaces_unique" UNIQUE("replaces");--> statement-breakpoint
-- From here by hand. What has served its time goes (workers/identity/issuer/sweep.ts).
GRANT DELETE ON auth.api_keys TO auth_user;
--> statement-breakpoint
ALTER TABLE audit_checks ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON audit_checks
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON audit_checks TO app_user;
--> statement-breakpoint
-- Logs whose verification has begun, then those that were not verified for a day. Crosses tenants as
-- the owner, who sees all rows to read; answers with ids only.
CREATE POLICY duty ON audit_checks FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE FUNCTION audit_due_checks(at timestamptz, most integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT h.tenant_id FROM public.audit_head h
    LEFT JOIN public.audit_checks c ON c.tenant_id = h.tenant_id
  WHERE c.progress IS NOT NULL OR coalesce(c.verified_at, '-infinity') <= at - interval '1 day'
  ORDER BY c.progress IS NULL, c.verified_at NULLS FIRST, h.tenant_id LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit_due_checks(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION audit_due_checks(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- What a down migration put aside comes back; before the first one there is nothing.
DO $$ BEGIN
  IF to_regclass('archive_audit_checks') IS NOT NULL THEN
    INSERT INTO audit_checks SELECT * FROM archive_audit_checks;
    UPDATE auth.audit_keys k SET active_from = a.active_from, replaces = a.replaces
      FROM auth.archive_audit_key_turns a WHERE a.id = k.id;
    UPDATE auth.organizations o SET plan = a.plan FROM auth.archive_tenant_plans a WHERE a.id = o.id;
    DROP TABLE archive_audit_checks, auth.archive_audit_key_turns, auth.archive_tenant_plans;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE audit_checks FORCE ROW LEVEL SECURITY;
