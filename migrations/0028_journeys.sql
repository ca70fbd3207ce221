CREATE TABLE "journey_events" (
	"day" date NOT NULL,
	"journey" text NOT NULL,
	"step" text NOT NULL,
	"session_hash" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "journey_events_day_journey_step_session_hash_pk" PRIMARY KEY("day","journey","step","session_hash")
);
--> statement-breakpoint
CREATE TABLE "journey_salts" (
	"day" date PRIMARY KEY NOT NULL,
	"salt" text NOT NULL
);
--> statement-breakpoint
-- From here by hand. Nobody but these functions, which run as the owner, sees a row.
ALTER TABLE journey_events ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE journey_salts ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY owner ON journey_events TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY owner ON journey_salts TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Keeps steps, a JSON list as workers/ops/journey-store.ts writes it; the answer is how many were the
-- first of their day. Whoever comes first makes the day's salt, and everybody then reads that one: each
-- statement of the function sees what was committed before it.
CREATE FUNCTION journey_append(steps jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  kept bigint;
BEGIN
  INSERT INTO public.journey_salts
    SELECT d.day, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
    FROM (SELECT DISTINCT (s.at AT TIME ZONE 'utc')::date AS day
      FROM jsonb_to_recordset(steps) AS s (at timestamptz)) d
    ON CONFLICT DO NOTHING;
  INSERT INTO public.journey_events
    SELECT t.day, s.journey, s.step,
      left(encode(sha256(convert_to(t.salt || s.visitor, 'UTF8')), 'hex'), 32), s.at
    FROM jsonb_to_recordset(steps) AS s (journey text, step text, visitor text, at timestamptz)
      JOIN public.journey_salts t ON t.day = (s.at AT TIME ZONE 'utc')::date
    ORDER BY s.at
    ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END $$;
--> statement-breakpoint
-- Visitors by day, journey and step since a day. `journeys` names the steps of each in order. Who took a
-- step counts at it when all steps before it were taken on that day, each not before the one before.
CREATE FUNCTION journey_funnels(since date, journeys jsonb)
RETURNS TABLE (day date, journey text, nth integer, visitors bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH known AS (
    SELECT j.key AS journey, s.value AS step, s.ordinality AS nth
    FROM jsonb_each(journeys) j, jsonb_array_elements_text(j.value) WITH ORDINALITY s
  ), links AS (
    SELECT e.day, e.journey, e.session_hash, k.nth,
      row_number() OVER visit = k.nth AND e.at >= coalesce(lag(e.at) OVER visit, e.at) AS holds
    FROM public.journey_events e JOIN known k USING (journey, step)
    WHERE e.day >= since
    WINDOW visit AS (PARTITION BY e.day, e.journey, e.session_hash ORDER BY k.nth)
  ), chains AS (
    SELECT l.*, bool_and(l.holds)
      OVER (PARTITION BY l.day, l.journey, l.session_hash ORDER BY l.nth) AS reached
    FROM links l
  )
  SELECT c.day, c.journey, c.nth::integer, count(*) FROM chains c WHERE c.reached GROUP BY 1, 2, 3
$$;
--> statement-breakpoint
-- Takes away steps of days before `before`, at most so many per call, and salts of days before
-- `salts_before`: a visitor of theirs can then be recognized by nobody.
CREATE FUNCTION sweep_journeys(before date, salts_before date, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM public.journey_events e WHERE e.ctid = ANY (ARRAY(
    SELECT d.ctid FROM public.journey_events d WHERE d.day < before
    ORDER BY d.day LIMIT most FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM public.journey_salts s WHERE s.day < salts_before;
  RETURN gone;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION journey_append(jsonb), journey_funnels(date, jsonb),
  sweep_journeys(date, date, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION journey_append(jsonb), journey_funnels(date, jsonb),
  sweep_journeys(date, date, integer) TO app_user;
--> statement-breakpoint
-- The minute's gauges (0017), and with them connections as the server counts them (who is not in
-- pg_monitor sees others' as idle) and audit logs that were broken when they were last verified.
DROP FUNCTION ops_gauges();
--> statement-breakpoint
CREATE FUNCTION ops_gauges() RETURNS TABLE (
  daily_users bigint, monthly_users bigint, documents bigint, chunks bigint,
  database_bytes bigint, vector_bytes bigint,
  active_connections bigint, idle_connections bigint, most_connections integer, broken_logs bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT
    (SELECT count(DISTINCT s.user_id) FROM auth.sessions s WHERE s.updated_at > now() - interval '1 day'),
    (SELECT count(DISTINCT s.user_id) FROM auth.sessions s WHERE s.updated_at > now() - interval '30 days'),
    (SELECT count(*) FROM public.kb_documents d WHERE d.live_generation IS NOT NULL),
    (SELECT coalesce(sum(d.chunks), 0) FROM public.kb_documents d WHERE d.live_generation IS NOT NULL),
    pg_catalog.pg_database_size(pg_catalog.current_database()),
    pg_catalog.pg_total_relation_size('public.kb_vec'::pg_catalog.regclass),
    count(*) FILTER (WHERE a.state = 'active'),
    count(*) FILTER (WHERE a.state IS DISTINCT FROM 'active'),
    pg_catalog.current_setting('max_connections')::integer,
    (SELECT count(*) FROM public.audit_checks c WHERE c.fault IS NOT NULL)
  FROM pg_catalog.pg_stat_activity a
  WHERE a.datname = pg_catalog.current_database() AND a.backend_type = 'client backend'
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION ops_gauges() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION ops_gauges() TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['journey_events', 'journey_salts'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move every row.
ALTER TABLE journey_events FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE journey_salts FORCE ROW LEVEL SECURITY;
