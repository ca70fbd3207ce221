CREATE TABLE "flag_references" (
	"tenant_id" text NOT NULL,
	"repository" text NOT NULL,
	"flag" text NOT NULL,
	"revision" text NOT NULL,
	"places" jsonb NOT NULL,
	"scanned_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_references_tenant_id_repository_flag_pk" PRIMARY KEY("tenant_id","repository","flag")
);
--> statement-breakpoint
CREATE TABLE "flag_schedules" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"environment" text NOT NULL,
	"flag" text NOT NULL,
	"type" text NOT NULL,
	"rule" text,
	"steps" jsonb NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone,
	"state" text NOT NULL,
	"detail" text DEFAULT '' NOT NULL,
	"guard" jsonb,
	"reading" jsonb,
	"comment" text NOT NULL,
	"author" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "flag_schedules_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flag_sightings" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"flag" text NOT NULL,
	"day" date NOT NULL,
	"variant" text NOT NULL,
	CONSTRAINT "flag_sightings_tenant_id_environment_flag_day_variant_pk" PRIMARY KEY("tenant_id","environment","flag","day","variant")
);
--> statement-breakpoint
ALTER TABLE "flag_drafts" ADD COLUMN "change" jsonb;--> statement-breakpoint
ALTER TABLE "flag_references" ADD CONSTRAINT "flag_references_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_schedules" ADD CONSTRAINT "flag_schedules_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_schedules" ADD CONSTRAINT "flag_schedules_environment" FOREIGN KEY ("tenant_id","environment") REFERENCES "public"."flag_environments"("tenant_id","name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_sightings" ADD CONSTRAINT "flag_sightings_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "flag_schedules_due" ON "flag_schedules" USING btree ("next_at") WHERE state = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "flag_schedules_ramp" ON "flag_schedules" USING btree ("tenant_id","environment","flag","rule") WHERE state in ('active', 'paused');
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE flag_schedules ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_sightings ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_references ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON flag_schedules
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_sightings
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON flag_references
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON flag_schedules TO app_user;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON flag_sightings, flag_references TO app_user;
--> statement-breakpoint
-- A statement of the batch that publishes a step: the schedule, one step further. Whoever saw another step,
-- or a schedule that is paused or over, is refused, and what the batch publishes with it.
CREATE FUNCTION flag_schedule_step(schedule uuid, seen integer, reached integer, plan jsonb, next timestamptz,
  becomes text, says text, at timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  UPDATE public.flag_schedules s
    SET done = reached, steps = plan, next_at = next, state = becomes, detail = says, updated_at = at
    WHERE s.tenant_id = nullif(current_setting('app.tenant_id', true), '') AND s.id = schedule
      AND s.done = seen AND s.state = 'active';
  IF NOT FOUND THEN RAISE EXCEPTION 'the schedule is at another step' USING ERRCODE = 'VA413'; END IF;
END $$;
--> statement-breakpoint
-- Places where a step is due. Ids only.
CREATE POLICY sweep ON flag_schedules FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE FUNCTION flag_schedules_due(at timestamptz, most integer) RETURNS TABLE (tenant_id text, environment text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT s.tenant_id, s.environment FROM public.flag_schedules s
  WHERE s.state = 'active' AND s.next_at <= at LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION flag_schedules_due(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION flag_schedules_due(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back, parents first; before the first one there are none.
ALTER TABLE flag_drafts NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_approvals NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['flag_schedules', 'flag_sightings', 'flag_references'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
  IF to_regclass('archive_flag_proposals') IS NOT NULL THEN
    INSERT INTO flag_drafts SELECT * FROM archive_flag_proposals;
    INSERT INTO flag_approvals SELECT * FROM archive_flag_proposal_approvals;
    DROP TABLE archive_flag_proposals, archive_flag_proposal_approvals;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE flag_drafts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_approvals FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_schedules FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_sightings FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_references FORCE ROW LEVEL SECURITY;
