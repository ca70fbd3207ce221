CREATE INDEX "jobs_reruns" ON "jobs" USING btree ("tenant_id","document_id","generation") WHERE generation > 1;--> statement-breakpoint
-- From here by hand. The teams of an account in every tenant it belongs to, for its export. Row-level security binds the
-- owner here as well, so each tenant is entered in its turn.
CREATE FUNCTION auth.teams_of(member text)
RETURNS TABLE (tenant_id text, name text, added_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  tenant text;
BEGIN
  FOR tenant IN SELECT m.organization_id FROM auth.members m WHERE m.user_id = member ORDER BY 1 LOOP
    PERFORM set_config('app.tenant_id', tenant, true);
    RETURN QUERY SELECT t.tenant_id, t.name, tm.added_at
      FROM public.team_members tm
        JOIN public.teams t ON t.tenant_id = tm.tenant_id AND t.id = tm.team_id
      WHERE tm.tenant_id = tenant AND tm.user_id = member ORDER BY tm.added_at, t.id;
  END LOOP;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION auth.teams_of(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION auth.teams_of(text) TO auth_user;
--> statement-breakpoint
-- Runs over documents that ended before then and were followed by another, at most so many per call.
-- The newest run says how its document stands, and stays as long as that. Crosses tenants by the
-- policy of 0004, and answers with a count.
CREATE FUNCTION kb_forget_jobs(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM jobs j USING (
    SELECT d.tenant_id, d.id FROM jobs n
      JOIN jobs d ON d.tenant_id = n.tenant_id AND d.document_id = n.document_id
        AND d.generation < n.generation
    WHERE n.generation > 1 AND d.status IN ('ready', 'failed', 'cancelled') AND d.updated_at < before
    LIMIT most FOR UPDATE OF d SKIP LOCKED
  ) old WHERE j.tenant_id = old.tenant_id AND j.id = old.id;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION kb_forget_jobs(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION kb_forget_jobs(timestamptz, integer) TO app_user;
