CREATE TABLE "experiment_results" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"experiment" text NOT NULL,
	"phase" integer NOT NULL,
	"computed_at" timestamp with time zone NOT NULL,
	"is_final" boolean NOT NULL,
	"results" jsonb,
	CONSTRAINT "experiment_results_tenant_id_environment_experiment_phase_pk" PRIMARY KEY("tenant_id","environment","experiment","phase")
);
--> statement-breakpoint
CREATE TABLE "experiments" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"key" text NOT NULL,
	"control" text,
	"metrics" jsonb NOT NULL,
	"method" text NOT NULL,
	"horizon_at" timestamp with time zone,
	"version" integer NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"updated_by" text NOT NULL,
	CONSTRAINT "experiments_tenant_id_environment_key_pk" PRIMARY KEY("tenant_id","environment","key")
);
--> statement-breakpoint
ALTER TABLE "experiment_moments" ADD COLUMN "kind" text DEFAULT 'mean' NOT NULL;--> statement-breakpoint
ALTER TABLE "experiment_results" ADD CONSTRAINT "experiment_results_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment_moments" DROP CONSTRAINT "experiment_moments_pk";
--> statement-breakpoint
ALTER TABLE "experiment_moments" ADD CONSTRAINT "experiment_moments_pk" PRIMARY KEY("tenant_id","environment","experiment","phase","metric","kind","variant","day");
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE experiments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_results ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON experiments
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON experiment_results
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON experiments, experiment_results TO app_user;
--> statement-breakpoint
-- The look for what is due crosses tenants: it runs as the owner of the tables.
CREATE POLICY due ON experiments FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY due ON experiment_results FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Phases whose sums are newer than their results, or whose fixed horizon has passed since; the oldest first.
-- What is final is due no more. Ids only.
CREATE FUNCTION experiment_results_due(at timestamptz, most integer)
RETURNS TABLE (tenant_id text, environment text, experiment text, phase integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT r.tenant_id, r.environment, r.experiment, r.phase FROM public.experiment_refreshes r
  LEFT JOIN public.experiment_results s ON (s.tenant_id, s.environment, s.experiment, s.phase)
    = (r.tenant_id, r.environment, r.experiment, r.phase)
  LEFT JOIN public.experiments e ON (e.tenant_id, e.environment, e.key) = (r.tenant_id, r.environment, r.experiment)
  WHERE r.refreshed_at IS NOT NULL AND s.is_final IS NOT TRUE
    AND (s.computed_at IS NULL OR s.computed_at < r.refreshed_at
      OR (e.method = 'fixed' AND e.horizon_at <= at AND s.computed_at < e.horizon_at))
  ORDER BY s.computed_at NULLS FIRST LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION experiment_results_due(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION experiment_results_due(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['experiments', 'experiment_results'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
  IF to_regclass('archive_experiment_kinds') IS NOT NULL THEN
    ALTER TABLE experiment_moments NO FORCE ROW LEVEL SECURITY;
    INSERT INTO experiment_moments SELECT * FROM archive_experiment_kinds;
    DROP TABLE archive_experiment_kinds;
    ALTER TABLE experiment_moments FORCE ROW LEVEL SECURITY;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE experiments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_results FORCE ROW LEVEL SECURITY;
