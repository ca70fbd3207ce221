-- Places with a ramp that is under way and guarded by the share of evaluations that fail. Ids only.
CREATE FUNCTION flag_error_guards(most integer) RETURNS TABLE (tenant_id text, environment text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT s.tenant_id, s.environment FROM public.flag_schedules s
  WHERE s.state = 'active' AND s.done > 0 AND s.guard ->> 'metric' = 'evaluation_errors' LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION flag_error_guards(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION flag_error_guards(integer) TO app_user;
--> statement-breakpoint
-- Takes a unit out of the overrides of the tenant's old snapshots, which nobody else may change. Row-level
-- security holds for the owner too. Returns how many there were.
CREATE FUNCTION flag_forget_unit(forgotten text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  WITH cleaned AS (
    SELECT s.tenant_id, s.environment, s.version, jsonb_set(p.payload, '{savedGroups}', (
      SELECT jsonb_object_agg(g.key, CASE WHEN g.key LIKE 'override/%' THEN g.value - forgotten ELSE g.value END)
      FROM jsonb_each(p.payload -> 'savedGroups') g))::text AS payload
    FROM public.flag_snapshots s CROSS JOIN LATERAL (SELECT s.payload::jsonb) AS p (payload)
    WHERE s.tenant_id = nullif(current_setting('app.tenant_id', true), '')
      AND strpos(s.payload, to_json(forgotten)::text) > 0
      AND EXISTS (SELECT FROM jsonb_each(p.payload -> 'savedGroups') g
        WHERE g.key LIKE 'override/%' AND g.value ? forgotten)
  ), forgot AS (
    UPDATE public.flag_snapshots s
    SET payload = c.payload, sha256 = encode(sha256(convert_to(c.payload, 'UTF8')), 'hex')
    FROM cleaned c WHERE (s.tenant_id, s.environment, s.version) = (c.tenant_id, c.environment, c.version)
    RETURNING 1
  )
  SELECT count(*) FROM forgot
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION flag_forget_unit(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION flag_forget_unit(text) TO app_user;
