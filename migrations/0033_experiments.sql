CREATE TABLE "experiment_exposures" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"experiment" text NOT NULL,
	"phase" integer NOT NULL,
	"unit" text NOT NULL,
	"variant" text NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"conflicts" boolean DEFAULT false NOT NULL,
	CONSTRAINT "experiment_exposures_pk" PRIMARY KEY("tenant_id","environment","experiment","phase","unit")
);
--> statement-breakpoint
CREATE TABLE "experiment_moments" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"experiment" text NOT NULL,
	"phase" integer NOT NULL,
	"metric" text NOT NULL,
	"variant" text NOT NULL,
	"day" date NOT NULL,
	"n" integer NOT NULL,
	"sum_y" double precision NOT NULL,
	"sum_y2" double precision NOT NULL,
	"sum_x" double precision NOT NULL,
	"sum_x2" double precision NOT NULL,
	"sum_xy" double precision NOT NULL,
	CONSTRAINT "experiment_moments_pk" PRIMARY KEY("tenant_id","environment","experiment","phase","metric","variant","day")
);
--> statement-breakpoint
CREATE TABLE "experiment_refreshes" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"experiment" text NOT NULL,
	"phase" integer NOT NULL,
	"touched_at" timestamp with time zone NOT NULL,
	"refreshed_at" timestamp with time zone,
	CONSTRAINT "experiment_refreshes_pk" PRIMARY KEY("tenant_id","environment","experiment","phase")
);
--> statement-breakpoint
CREATE TABLE "metric_events" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"metric" text NOT NULL,
	"unit" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"value" double precision NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "metric_events_pk" PRIMARY KEY("tenant_id","environment","metric","unit","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "feature_flag_batches" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "feature_flag_batches_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "feature_flag_analytics" ADD COLUMN "bulk" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "feature_flag_analytics" ADD COLUMN "units" "bytea";--> statement-breakpoint
ALTER TABLE "experiment_exposures" ADD CONSTRAINT "experiment_exposures_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment_moments" ADD CONSTRAINT "experiment_moments_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment_refreshes" ADD CONSTRAINT "experiment_refreshes_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metric_events" ADD CONSTRAINT "metric_events_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feature_flag_batches" ADD CONSTRAINT "feature_flag_batches_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "experiment_exposures_unit" ON "experiment_exposures" USING btree ("tenant_id","unit");--> statement-breakpoint
CREATE INDEX "experiment_exposures_first" ON "experiment_exposures" USING btree ("first_at");--> statement-breakpoint
CREATE INDEX "metric_events_unit" ON "metric_events" USING btree ("tenant_id","unit");--> statement-breakpoint
CREATE INDEX "metric_events_at" ON "metric_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "feature_flag_batches_at" ON "feature_flag_batches" USING btree ("at");--> statement-breakpoint
CREATE INDEX "feature_flag_analytics_age" ON "feature_flag_analytics" USING btree ("granularity","bucket_start");
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE experiment_exposures ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE metric_events ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_moments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_refreshes ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_batches ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON experiment_exposures
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON metric_events
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON experiment_moments
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON experiment_refreshes
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON feature_flag_batches
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON experiment_exposures, experiment_moments, experiment_refreshes TO app_user;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON metric_events, feature_flag_batches TO app_user;
--> statement-breakpoint
-- Estimates of how many units there were: HyperLogLog of 64 registers, a byte each (Flajolet et al., 2007).
CREATE FUNCTION units_merge(one bytea, other bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
  SELECT CASE WHEN one IS NULL OR other IS NULL THEN coalesce(one, other) ELSE (
    SELECT decode(string_agg(lpad(to_hex(greatest(get_byte(one, i), get_byte(other, i))), 2, '0'), '' ORDER BY i),
      'hex') FROM generate_series(0, 63) i) END
$$;
--> statement-breakpoint
CREATE AGGREGATE units_merge_all(bytea) (SFUNC = units_merge, STYPE = bytea);
--> statement-breakpoint
-- Linear counting while registers are empty and the estimate is small; 0.709 is alpha of 64 registers.
CREATE FUNCTION units_estimate(units bytea) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
  SELECT coalesce(round(CASE WHEN raw <= 160 AND empty > 0 THEN 64 * ln(64.0 / empty) ELSE raw END)::bigint, 0)
  FROM (
    SELECT 0.709 * 64 * 64 / sum(power(2.0, -get_byte(units, i))) AS raw,
      count(*) FILTER (WHERE get_byte(units, i) = 0) AS empty
    FROM generate_series(0, 63) i) registers
$$;
--> statement-breakpoint
-- The days flags were asked for, so far in a table of their own: one evaluation each, unless they are counted.
ALTER TABLE flag_sightings NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_analytics NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
INSERT INTO feature_flag_analytics (tenant_id, environment, flag, variant, reason, granularity, bucket_start, evals)
  SELECT s.tenant_id, s.environment, s.flag, s.variant, 'UNKNOWN', 'day', s.day::timestamp AT TIME ZONE 'UTC', 1
  FROM flag_sightings s WHERE NOT EXISTS (
    SELECT FROM feature_flag_analytics a
    WHERE (a.tenant_id, a.environment, a.flag) = (s.tenant_id, s.environment, s.flag)
      AND a.granularity = 'day' AND a.bucket_start = s.day::timestamp AT TIME ZONE 'UTC'
      AND coalesce(nullif(a.variant, ''), a.reason) = s.variant);
--> statement-breakpoint
DROP TABLE flag_sightings;
--> statement-breakpoint
-- Who leaves a tenant is forgotten as a unit too.
CREATE FUNCTION users_forget_unit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  DELETE FROM public.experiment_exposures e WHERE e.tenant_id = OLD.tenant_id AND e.unit = OLD.id;
  DELETE FROM public.metric_events m WHERE m.tenant_id = OLD.tenant_id AND m.unit = OLD.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER users_forget_unit AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION users_forget_unit();
--> statement-breakpoint
-- Sweeps cross tenants: they run as the owner of the tables.
CREATE POLICY sweep ON feature_flag_analytics TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY sweep ON feature_flag_batches TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY sweep ON experiment_exposures TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY sweep ON metric_events TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY due ON experiment_refreshes FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Minutes are kept two days, hours 35, days 400; ids of messages two days, longer than a queue tries.
CREATE FUNCTION sweep_flag_counts(at timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  gone bigint;
  more bigint;
BEGIN
  DELETE FROM feature_flag_analytics a USING (
    SELECT d.ctid FROM feature_flag_analytics d
    WHERE (d.granularity = 'minute' AND d.bucket_start < at - interval '2 days')
      OR (d.granularity = 'hour' AND d.bucket_start < at - interval '35 days')
      OR (d.granularity = 'day' AND d.bucket_start < at - interval '400 days')
    LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE a.ctid = due.ctid;
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM feature_flag_batches b USING (
    SELECT d.ctid FROM feature_flag_batches d WHERE d.at < sweep_flag_counts.at - interval '2 days'
    LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE b.ctid = due.ctid;
  GET DIAGNOSTICS more = ROW_COUNT;
  RETURN gone + more;
END $$;
--> statement-breakpoint
-- Exposures and events of units are kept 400 days; the sums made of them stay.
CREATE FUNCTION sweep_experiments(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  gone bigint;
  more bigint;
BEGIN
  DELETE FROM experiment_exposures e USING (
    SELECT d.ctid FROM experiment_exposures d WHERE d.first_at < before
    LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE e.ctid = due.ctid;
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM metric_events m USING (
    SELECT d.ctid FROM metric_events d WHERE d.at < before LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE m.ctid = due.ctid;
  GET DIAGNOSTICS more = ROW_COUNT;
  RETURN gone + more;
END $$;
--> statement-breakpoint
-- Phases whose sums are older than what came in, the oldest first. A transaction that was open when they
-- were made may have ended after, so two minutes count as later. Ids only.
CREATE FUNCTION experiments_due(at timestamptz, most integer)
RETURNS TABLE (tenant_id text, environment text, experiment text, phase integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT r.tenant_id, r.environment, r.experiment, r.phase FROM public.experiment_refreshes r
  WHERE r.refreshed_at IS NULL
    OR (r.touched_at > r.refreshed_at - interval '2 minutes' AND r.refreshed_at < at - interval '10 minutes')
  ORDER BY r.refreshed_at NULLS FIRST LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION sweep_flag_counts(timestamptz, integer), sweep_experiments(timestamptz, integer),
  experiments_due(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION sweep_flag_counts(timestamptz, integer), sweep_experiments(timestamptz, integer),
  experiments_due(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['experiment_exposures', 'metric_events', 'experiment_moments',
    'experiment_refreshes', 'feature_flag_batches'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
  IF to_regclass('archive_flag_counts') IS NOT NULL THEN
    UPDATE feature_flag_analytics f SET bulk = a.bulk, units = a.units FROM archive_flag_counts a
      WHERE (f.tenant_id, f.environment, f.flag, f.granularity, f.bucket_start, f.variant, f.reason)
        = (a.tenant_id, a.environment, a.flag, a.granularity, a.bucket_start, a.variant, a.reason);
    DROP TABLE archive_flag_counts;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE feature_flag_analytics FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_exposures FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE metric_events FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_moments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_refreshes FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_batches FORCE ROW LEVEL SECURITY;
