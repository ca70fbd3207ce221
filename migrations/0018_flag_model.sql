CREATE TABLE "feature_flag_analytics" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"flag" text NOT NULL,
	"variant" text NOT NULL,
	"reason" text NOT NULL,
	"granularity" text NOT NULL,
	"bucket_start" timestamp with time zone NOT NULL,
	"evals" bigint NOT NULL,
	"errors" bigint DEFAULT 0 NOT NULL,
	"distinct_units_estimate" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "feature_flag_analytics_pk" PRIMARY KEY("tenant_id","environment","flag","granularity","bucket_start","variant","reason")
);
--> statement-breakpoint
CREATE TABLE "feature_flag_revisions" (
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"document" jsonb,
	"actor" text NOT NULL,
	"comment" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "feature_flag_revisions_tenant_id_name_version_pk" PRIMARY KEY("tenant_id","name","version")
);
--> statement-breakpoint
CREATE TABLE "flag_approvals" (
	"tenant_id" text NOT NULL,
	"draft_id" uuid NOT NULL,
	"approver" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_approvals_tenant_id_draft_id_approver_pk" PRIMARY KEY("tenant_id","draft_id","approver")
);
--> statement-breakpoint
CREATE TABLE "flag_drafts" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"flag" text NOT NULL,
	"base_version" integer NOT NULL,
	"document" jsonb NOT NULL,
	"comment" text NOT NULL,
	"author" text NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_drafts_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flag_environments" (
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"killed" boolean DEFAULT false NOT NULL,
	"approvals" integer DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_environments_tenant_id_name_pk" PRIMARY KEY("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "flag_heads" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "flag_outbox" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_outbox_tenant_id_environment_version_pk" PRIMARY KEY("tenant_id","environment","version")
);
--> statement-breakpoint
CREATE TABLE "flag_segments" (
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"body" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_segments_tenant_id_name_pk" PRIMARY KEY("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "flag_snapshots" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"version" bigint NOT NULL,
	"sha256" text NOT NULL,
	"payload" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_snapshots_tenant_id_environment_version_pk" PRIMARY KEY("tenant_id","environment","version")
);
--> statement-breakpoint
CREATE TABLE "user_feature_flags" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"flag" text NOT NULL,
	"unit_id" text NOT NULL,
	"value" jsonb NOT NULL,
	"reason" text NOT NULL,
	"expires_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "user_feature_flags_tenant_id_environment_flag_unit_id_pk" PRIMARY KEY("tenant_id","environment","flag","unit_id")
);
--> statement-breakpoint
ALTER TABLE "feature_flags" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "feature_flag_analytics" ADD CONSTRAINT "feature_flag_analytics_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feature_flag_revisions" ADD CONSTRAINT "feature_flag_revisions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_approvals" ADD CONSTRAINT "flag_approvals_draft" FOREIGN KEY ("tenant_id","draft_id") REFERENCES "public"."flag_drafts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_drafts" ADD CONSTRAINT "flag_drafts_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_environments" ADD CONSTRAINT "flag_environments_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_heads" ADD CONSTRAINT "flag_heads_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_outbox" ADD CONSTRAINT "flag_outbox_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_outbox" ADD CONSTRAINT "flag_outbox_snapshot" FOREIGN KEY ("tenant_id","environment","version") REFERENCES "public"."flag_snapshots"("tenant_id","environment","version") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_segments" ADD CONSTRAINT "flag_segments_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_snapshots" ADD CONSTRAINT "flag_snapshots_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_snapshots" ADD CONSTRAINT "flag_snapshots_environment" FOREIGN KEY ("tenant_id","environment") REFERENCES "public"."flag_environments"("tenant_id","name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_feature_flags" ADD CONSTRAINT "user_feature_flags_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_feature_flags" ADD CONSTRAINT "user_feature_flags_flag" FOREIGN KEY ("tenant_id","flag") REFERENCES "public"."feature_flags"("tenant_id","name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_feature_flags" ADD CONSTRAINT "user_feature_flags_environment" FOREIGN KEY ("tenant_id","environment") REFERENCES "public"."flag_environments"("tenant_id","name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "flag_drafts_flag" ON "flag_drafts" USING btree ("tenant_id","flag");--> statement-breakpoint
CREATE INDEX "flag_outbox_age" ON "flag_outbox" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "user_feature_flags_expiry" ON "user_feature_flags" USING btree ("expires_at");
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE flag_heads ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_environments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_revisions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE user_feature_flags ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_segments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_snapshots ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_outbox ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_drafts ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_approvals ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_analytics ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON flag_heads
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_environments
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON feature_flag_revisions
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON user_feature_flags
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_segments
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_snapshots
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_outbox
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_drafts
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_approvals
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON feature_flag_analytics
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON flag_environments, user_feature_flags, flag_segments, flag_drafts,
  flag_approvals, feature_flag_analytics TO app_user;
--> statement-breakpoint
GRANT SELECT, UPDATE ON flag_heads TO app_user;
--> statement-breakpoint
-- What was published, and what a flag was, stays as it is.
GRANT SELECT, INSERT ON feature_flag_revisions, flag_snapshots TO app_user;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON flag_outbox TO app_user;
--> statement-breakpoint
-- The first statement of a batch that changes what snapshots are made of: the head of the transaction's
-- tenant, one further, and locked until the batch ends. Whoever read an older one is refused.
CREATE FUNCTION flag_advance(seen bigint) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  UPDATE public.flag_heads h SET version = h.version + 1
    WHERE h.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND h.version = seen;
  IF NOT FOUND THEN RAISE EXCEPTION 'flags changed meanwhile' USING ERRCODE = 'VA412'; END IF;
END $$;
--> statement-breakpoint
-- What every tenant begins with: its environments, the flags the platform itself asks for, and a first
-- snapshot of each environment.
CREATE FUNCTION flag_seed(tenant text, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  payload text;
BEGIN
  PERFORM set_config('app.tenant_id', tenant, true);
  INSERT INTO public.flag_heads (tenant_id) VALUES (tenant) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    INSERT INTO public.flag_environments (tenant_id, name, description, version, created_at, updated_at) VALUES
      (tenant, 'production', 'What customers get', 1, at, at),
      (tenant, 'staging', 'What is tried before', 1, at, at),
      (tenant, 'development', 'What is being built', 1, at, at);
    INSERT INTO public.feature_flags (tenant_id, name, description, enabled, body, created_at, updated_at)
    SELECT tenant, f.name, f.description, true,
      jsonb_build_object('type', f.type, 'defaultValue', f.value::jsonb, 'tags', '["platform"]'::jsonb,
        'clientVisible', false) || f.more::jsonb, at, at
    FROM (VALUES
      ('rbac_enforcement', 'boolean', 'true', 'Permissions are asked for', '{}'),
      ('rbac_strict_mode', 'boolean', 'false', 'What no role names is refused', '{}'),
      ('metrics_enabled', 'boolean', 'true', 'Metrics are collected', '{}'),
      ('tracing_enabled', 'boolean', 'true', 'Spans are recorded', '{}'),
      ('logging_verbose', 'boolean', 'false', 'Logs say more than usual', '{}'),
      ('nextcloud_integration', 'boolean', 'false', 'Files and calendars of Nextcloud', '{}'),
      ('openai_enabled', 'boolean', 'true', 'Language models may be asked', '{}'),
      ('nextcloud_auto_index', 'boolean', 'false', 'New files of Nextcloud are indexed', '{}'),
      ('rag_strategy', 'string', '"simple"', 'How passages are looked for',
        '{"jsonSchema":{"enum":["simple","multi_hop","hybrid"]}}'),
      ('rag_max_results', 'number', '5', 'Passages an answer is made from, at most',
        '{"jsonSchema":{"type":"integer","minimum":1,"maximum":50}}'),
      ('rag_score_threshold', 'number', '0.2', 'Passages below this score are left out',
        '{"jsonSchema":{"type":"number","minimum":0,"maximum":1}}'),
      ('cache_enabled', 'boolean', 'true', 'Answers may come from the cache', '{}'),
      ('async_indexing', 'boolean', 'true', 'Documents are indexed in the background', '{}'),
      ('beta_features', 'boolean', 'false', 'Features before their release', '{}'),
      ('experimental_api', 'boolean', 'false', 'Interfaces that may still change', '{}')
    ) AS f (name, type, value, description, more)
    ON CONFLICT DO NOTHING;
    -- The first snapshots, as workers/flags/compile.ts makes those that follow.
    SELECT jsonb_build_object(
      'features', jsonb_object_agg(f.name, CASE WHEN f.enabled
        THEN jsonb_build_object('defaultValue', coalesce(f.body -> 'defaultValue', 'true')) ELSE '{}' END),
      'flags', jsonb_object_agg(f.name, jsonb_build_object(
        'type', coalesce(f.body -> 'type', '"boolean"'),
        'clientVisible', coalesce(f.body -> 'clientVisible', 'true'))),
      'savedGroups', '{}'::jsonb)::text
      INTO payload FROM public.feature_flags f WHERE f.tenant_id = tenant;
    INSERT INTO public.flag_snapshots (tenant_id, environment, version, sha256, payload, created_at)
    SELECT tenant, e.name, 1, encode(sha256(convert_to(payload, 'UTF8')), 'hex'), payload, at
    FROM public.flag_environments e WHERE e.tenant_id = tenant;
  END IF;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
CREATE FUNCTION flag_seed_new() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM public.flag_seed(NEW.id, NEW.created_at);
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Tenants something is due for: an override that ended, and is in a snapshot still. Ids only.
CREATE POLICY sweep ON user_feature_flags FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE FUNCTION flag_due_tenants(at timestamptz, most integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT u.tenant_id FROM public.user_feature_flags u WHERE u.expires_at <= at LIMIT most
$$;
--> statement-breakpoint
-- Snapshots older than `before` that nobody was told of. Ids and versions only.
CREATE POLICY sweep ON flag_outbox FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE FUNCTION flag_outbox_due(before timestamptz, most integer)
RETURNS TABLE (tenant_id text, environment text, version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT o.tenant_id, o.environment, o.version FROM public.flag_outbox o WHERE o.created_at < before
  ORDER BY o.created_at LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION flag_seed(text, timestamptz), flag_seed_new(), flag_due_tenants(timestamptz, integer),
  flag_outbox_due(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION flag_due_tenants(timestamptz, integer), flag_outbox_due(timestamptz, integer)
  TO app_user;
--> statement-breakpoint
-- Rows and versions that a down migration put aside come back, parents first; before the first one there
-- are none.
ALTER TABLE feature_flags NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['flag_heads', 'flag_environments', 'feature_flag_revisions', 'user_feature_flags',
    'flag_segments', 'flag_snapshots', 'flag_outbox', 'flag_drafts', 'flag_approvals',
    'feature_flag_analytics'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
  IF to_regclass('archive_feature_flag_versions') IS NOT NULL THEN
    UPDATE feature_flags f SET version = a.version FROM archive_feature_flag_versions a
      WHERE a.tenant_id = f.tenant_id AND a.name = f.name;
    DROP TABLE archive_feature_flag_versions;
  END IF;
END $$;
--> statement-breakpoint
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
SELECT flag_seed(t.id, now()) FROM tenants t;
--> statement-breakpoint
CREATE TRIGGER flag_seed AFTER INSERT ON tenants FOR EACH ROW EXECUTE FUNCTION flag_seed_new();
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flags FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_heads FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_environments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_revisions FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE user_feature_flags FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_segments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_snapshots FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_outbox FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_drafts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_approvals FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_analytics FORCE ROW LEVEL SECURITY;
