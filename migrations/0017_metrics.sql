-- Gauges with a source of truth, for the minute's cron: numbers over all tenants and nothing else. Runs
-- as the owner of the tables, who sees all documents (policy search of 0004) and the schema auth.
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
