CREATE TABLE "eval_cases" (
	"tenant_id" text NOT NULL,
	"set_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"key" text NOT NULL,
	"question" text NOT NULL,
	"judgements" jsonb NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "eval_cases_tenant_id_set_id_id_pk" PRIMARY KEY("tenant_id","set_id","id")
);
--> statement-breakpoint
CREATE TABLE "eval_results" (
	"tenant_id" text NOT NULL,
	"run_id" uuid NOT NULL,
	"case_id" uuid NOT NULL,
	"question" text NOT NULL,
	"answerable" boolean NOT NULL,
	"ndcg" double precision,
	"recall" double precision,
	"citation_precision" double precision,
	"abstained" boolean NOT NULL,
	"search_ms" double precision NOT NULL,
	"answer_ms" double precision,
	"documents" jsonb NOT NULL,
	CONSTRAINT "eval_results_tenant_id_run_id_case_id_pk" PRIMARY KEY("tenant_id","run_id","case_id")
);
--> statement-breakpoint
CREATE TABLE "eval_runs" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"set_id" uuid NOT NULL,
	"kb_id" text NOT NULL,
	"label" text NOT NULL,
	"status" text NOT NULL,
	"profile" jsonb NOT NULL,
	"kb_version" bigint NOT NULL,
	"kb_version_end" bigint,
	"cases_total" integer NOT NULL,
	"cases_done" integer DEFAULT 0 NOT NULL,
	"last_case" uuid,
	"error" jsonb,
	"summary" jsonb,
	"cost_micro_dollars" bigint DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_id" uuid,
	"lease_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "eval_runs_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "eval_sets" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"kb_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "eval_sets_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "eval_cases" ADD CONSTRAINT "eval_cases_set" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."eval_sets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "eval_results" ADD CONSTRAINT "eval_results_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."eval_runs"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "eval_runs" ADD CONSTRAINT "eval_runs_set_fk" FOREIGN KEY ("tenant_id","set_id") REFERENCES "public"."eval_sets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "eval_sets" ADD CONSTRAINT "eval_sets_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "eval_cases_key" ON "eval_cases" USING btree ("tenant_id","set_id","key");--> statement-breakpoint
CREATE INDEX "eval_runs_set" ON "eval_runs" USING btree ("tenant_id","set_id","id");--> statement-breakpoint
CREATE INDEX "eval_runs_open" ON "eval_runs" USING btree ("created_at") WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "eval_sets_name" ON "eval_sets" USING btree ("tenant_id","name");
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE eval_sets ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_cases ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_runs ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_results ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON eval_sets
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON eval_cases
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON eval_runs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON eval_results
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON eval_sets, eval_cases, eval_runs TO app_user;
--> statement-breakpoint
-- What a case came to is written once, and goes with its run.
GRANT SELECT, INSERT, DELETE ON eval_results TO app_user;
--> statement-breakpoint
-- The minute's job crosses tenants: it runs as the owner of the tables.
CREATE POLICY due ON eval_runs FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Runs that are under way and that nobody works on, oldest first.
CREATE FUNCTION eval_due_runs(most integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT r.tenant_id, r.id FROM eval_runs r
  WHERE r.status IN ('queued', 'running') AND coalesce(r.lease_until, '-infinity') < now()
  ORDER BY r.created_at LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION eval_due_runs(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION eval_due_runs(integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['eval_sets', 'eval_cases', 'eval_runs', 'eval_results'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE eval_sets FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_cases FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_runs FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE eval_results FORCE ROW LEVEL SECURITY;
