-- Rows are put aside first; the up migration brings them back.
CREATE TABLE archive_journey_events AS SELECT * FROM journey_events;
--> statement-breakpoint
CREATE TABLE archive_journey_salts AS SELECT * FROM journey_salts;
--> statement-breakpoint
DROP FUNCTION journey_append(jsonb);
--> statement-breakpoint
DROP FUNCTION journey_funnels(date, jsonb);
--> statement-breakpoint
DROP FUNCTION sweep_journeys(date, date, integer);
--> statement-breakpoint
DROP TABLE journey_events;
--> statement-breakpoint
DROP TABLE journey_salts;
--> statement-breakpoint
DROP FUNCTION ops_gauges();
--> statement-breakpoint
-- As 0017 made it.
CREATE FUNCTION ops_gauges() RETURNS TABLE (
  daily_users bigint, monthly_users bigint, documents bigint, chunks bigint,
  database_bytes bigint, vector_bytes bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT
    (SELECT count(DISTINCT s.user_id) FROM auth.sessions s WHERE s.updated_at > now() - interval '1 day'),
    (SELECT count(DISTINCT s.user_id) FROM auth.sessions s WHERE s.updated_at > now() - interval '30 days'),
    (SELECT count(*) FROM public.kb_documents d WHERE d.live_generation IS NOT NULL),
    (SELECT coalesce(sum(d.chunks), 0) FROM public.kb_documents d WHERE d.live_generation IS NOT NULL),
    pg_catalog.pg_database_size(pg_catalog.current_database()),
    pg_catalog.pg_total_relation_size('public.kb_vec'::pg_catalog.regclass)
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION ops_gauges() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION ops_gauges() TO app_user;
