ALTER TABLE "auth"."users" ADD COLUMN "locale" text;--> statement-breakpoint
CREATE INDEX "usage_ledger_subject" ON "usage_ledger" USING btree ("tenant_id","subject_id");
--> statement-breakpoint
-- From here by hand. What each tenant spent, for those who run the platform: ids and sums.
CREATE FUNCTION usage_by_tenant(since timestamptz, until timestamptz, most integer) RETURNS TABLE (
  tenant_id text, micro_dollars bigint, calls bigint, input bigint, output bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT u.tenant_id, sum(u.micro_dollars)::bigint, count(*),
    sum(u.input::bigint + u.cached_input + u.audio_input)::bigint,
    sum(u.output::bigint + u.audio_output)::bigint
  FROM public.usage_ledger u WHERE u.at >= since AND u.at < until
  GROUP BY u.tenant_id ORDER BY 2 DESC, 1 LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION usage_by_tenant(timestamptz, timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION usage_by_tenant(timestamptz, timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Tenants' hours since `since` that cost more than `above`, each with what the same hour cost on the
-- fortnight's days before it; days without are left out. Whether it stands out is decided elsewhere.
CREATE FUNCTION usage_costly_hours(since timestamptz, above bigint) RETURNS TABLE (
  tenant_id text, hour timestamptz, micro_dollars bigint, before json
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.tenant_id, c.hour, c.spent, (
    SELECT coalesce(json_object_agg(d.back, d.spent), '{}') FROM (
      SELECT g.back, sum(u.micro_dollars) AS spent
      FROM generate_series(1, 14) AS g (back)
      JOIN public.usage_ledger u ON u.tenant_id = c.tenant_id
        AND u.at >= c.hour - g.back * interval '24 hours'
        AND u.at < c.hour - g.back * interval '24 hours' + interval '1 hour'
      GROUP BY g.back
    ) d
  ) FROM (
    SELECT u.tenant_id, date_trunc('hour', u.at, 'UTC') AS hour, sum(u.micro_dollars)::bigint AS spent
    FROM public.usage_ledger u WHERE u.at >= since
    GROUP BY 1, 2 HAVING sum(u.micro_dollars) > above
  ) c
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION usage_costly_hours(timestamptz, bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION usage_costly_hours(timestamptz, bigint) TO app_user;
--> statement-breakpoint
-- All limits of a kind together, and what those who have one spent of it: for gauges.
CREATE FUNCTION budget_gauges(day timestamptz, month timestamptz) RETURNS TABLE (
  daily_limit bigint, daily_spent bigint, monthly_limit bigint, monthly_spent bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH spent AS (
    SELECT u.tenant_id, sum(u.micro_dollars) AS month,
      sum(u.micro_dollars) FILTER (WHERE u.at >= day) AS day
    FROM public.usage_ledger u JOIN public.budgets b ON b.tenant_id = u.tenant_id
    WHERE u.at >= month AND (b.daily IS NOT NULL OR b.monthly IS NOT NULL)
    GROUP BY u.tenant_id
  )
  SELECT coalesce(sum(b.daily), 0)::bigint,
    coalesce(sum(s.day) FILTER (WHERE b.daily IS NOT NULL), 0)::bigint,
    coalesce(sum(b.monthly), 0)::bigint,
    coalesce(sum(s.month) FILTER (WHERE b.monthly IS NOT NULL), 0)::bigint
  FROM public.budgets b LEFT JOIN spent s ON s.tenant_id = b.tenant_id
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION budget_gauges(timestamptz, timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION budget_gauges(timestamptz, timestamptz) TO app_user;
--> statement-breakpoint
-- Languages that a down migration put aside come back; before the first one there are none.
DO $$ BEGIN
  IF to_regclass('auth.archive_user_locales') IS NOT NULL THEN
    UPDATE auth.users u SET locale = a.locale FROM auth.archive_user_locales a WHERE a.id = u.id;
    DROP TABLE auth.archive_user_locales;
  END IF;
END $$;
