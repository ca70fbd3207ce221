CREATE TABLE "provider_keys" (
	"tenant_id" text NOT NULL,
	"provider" text NOT NULL,
	"field" text NOT NULL,
	"sealed" text NOT NULL,
	"version" integer NOT NULL,
	"ending" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "provider_keys_tenant_id_provider_field_pk" PRIMARY KEY("tenant_id","provider","field")
);
--> statement-breakpoint
CREATE TABLE "tenant_deks" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"kid" text NOT NULL,
	"wrapped" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "tenant_deks_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "provider_keys" ADD CONSTRAINT "provider_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "tenant_deks" ADD CONSTRAINT "tenant_deks_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "tenant_deks_tenant_id_index" ON "tenant_deks" USING btree ("tenant_id") WHERE retired_at is null;
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE provider_keys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE tenant_deks ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON provider_keys
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON tenant_deks
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_keys TO app_user;
--> statement-breakpoint
-- No DELETE: a key that is gone takes every secret with it.
GRANT SELECT, INSERT, UPDATE ON tenant_deks TO app_user;
--> statement-breakpoint
-- The rotation of the KEK crosses tenants: it runs as the owner of the table, who sees all of it to
-- read, and answers with ids only.
CREATE POLICY rotation ON tenant_deks FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE FUNCTION stale_deks(current_kid text, most integer) RETURNS TABLE (tenant_id text, id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT d.tenant_id, d.id FROM tenant_deks d WHERE d.kid <> current_kid
  ORDER BY d.tenant_id, d.id LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION stale_deks(text, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION stale_deks(text, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenant_deks', 'provider_keys'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE provider_keys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE tenant_deks FORCE ROW LEVEL SECURITY;
