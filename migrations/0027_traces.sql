CREATE TABLE "performance_metrics" (
	"tenant_id" text,
	"trace_id" text NOT NULL,
	"span_id" text NOT NULL,
	"session_id" text,
	"method" text NOT NULL,
	"endpoint" text NOT NULL,
	"status_code" smallint NOT NULL,
	"response_time_ms" integer NOT NULL,
	"is_sampled" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "performance_metrics_id" UNIQUE NULLS NOT DISTINCT("tenant_id","trace_id","span_id")
);
--> statement-breakpoint
CREATE TABLE "trace_spans" (
	"tenant_id" text,
	"trace_id" text NOT NULL,
	"span_id" text NOT NULL,
	"parent_span_id" text,
	"service" text NOT NULL,
	"operation_name" text NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"request_id" text NOT NULL,
	"is_entry" boolean NOT NULL,
	"route" text,
	"status_code" smallint,
	"attributes" jsonb NOT NULL,
	"links" jsonb NOT NULL,
	CONSTRAINT "trace_spans_id" UNIQUE NULLS NOT DISTINCT("tenant_id","trace_id","span_id")
);
--> statement-breakpoint
ALTER TABLE "performance_metrics" ADD CONSTRAINT "performance_metrics_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "trace_spans" ADD CONSTRAINT "trace_spans_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "performance_metrics_at" ON "performance_metrics" USING btree ("at");
--> statement-breakpoint
CREATE INDEX "performance_metrics_tenant" ON "performance_metrics" USING btree ("tenant_id","at");
--> statement-breakpoint
CREATE INDEX "performance_metrics_endpoint" ON "performance_metrics" USING btree ("tenant_id","endpoint","at");
--> statement-breakpoint
CREATE INDEX "performance_metrics_session" ON "performance_metrics" USING btree ("tenant_id","session_id");
--> statement-breakpoint
CREATE INDEX "trace_spans_trace" ON "trace_spans" USING btree ("trace_id","span_id");
--> statement-breakpoint
CREATE INDEX "trace_spans_request" ON "trace_spans" USING btree ("request_id");
--> statement-breakpoint
CREATE INDEX "trace_spans_started" ON "trace_spans" USING btree ("started_at");
--> statement-breakpoint
CREATE INDEX "trace_spans_entries" ON "trace_spans" USING btree ("tenant_id","started_at","span_id") WHERE is_entry;
--> statement-breakpoint
CREATE INDEX "trace_spans_operations" ON "trace_spans" USING btree ("operation_name","started_at") WHERE is_entry;
--> statement-breakpoint
CREATE INDEX "trace_spans_errors" ON "trace_spans" USING btree ("tenant_id","started_at") WHERE status = 'error';
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows; those of no tenant nobody sees by a policy.
ALTER TABLE trace_spans ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE performance_metrics ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON trace_spans FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON performance_metrics FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT ON trace_spans, performance_metrics TO app_user;
--> statement-breakpoint
-- What writes, sweeps and reads for the platform crosses tenants: it runs as the owner of the tables.
CREATE POLICY owner ON trace_spans TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY owner ON performance_metrics TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Keeps spans, a JSON list as shared/trace-store.ts writes it; the answer is how many were new. A batch
-- is of several tenants and of none. Spans of a tenant that is gone are passed over, and so is what
-- comes twice. Within one tenant it writes for no other.
CREATE FUNCTION trace_append(spans jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  kept bigint := 0;
  more bigint;
  whose record;
BEGIN
  FOR whose IN
    SELECT s.value ->> 'tenant' AS tenant, jsonb_agg(s.value) AS spans
    FROM jsonb_array_elements(spans) s GROUP BY 1
  LOOP
    IF scope <> '' AND whose.tenant IS DISTINCT FROM scope THEN
      RAISE EXCEPTION 'a span of tenant % cannot be written here', whose.tenant USING ERRCODE = '42501';
    END IF;
    BEGIN
      INSERT INTO public.trace_spans
        SELECT whose.tenant, s.trace, s.span, s.parent, s.service, s.name, s.kind, s.status, s.at,
          s.ms, s.request, s.entry, s.route, s.code, s.attributes, s.links
        FROM jsonb_to_recordset(whose.spans) AS s (trace text, span text, parent text, service text,
          name text, kind text, status text, at timestamptz, ms integer, request text, entry boolean,
          route text, code smallint, attributes jsonb, links jsonb)
        ON CONFLICT DO NOTHING;
      GET DIAGNOSTICS more = ROW_COUNT;
      kept := kept + more;
      -- A request reaches the edge first; what it asks of other Workers is no request of its own.
      INSERT INTO public.performance_metrics
        SELECT whose.tenant, s.trace, s.span, s.session, s.attributes ->> 'http.request.method',
          s.route, s.code, s.ms, s.sampled, s.at
        FROM jsonb_to_recordset(whose.spans) AS s (trace text, span text, service text, session text,
          at timestamptz, ms integer, entry boolean, sampled boolean, route text, code smallint,
          attributes jsonb)
        WHERE s.entry AND s.service = 'edge' AND s.route IS NOT NULL AND s.code IS NOT NULL
        ON CONFLICT DO NOTHING;
    EXCEPTION WHEN foreign_key_violation THEN
      NULL;
    END;
  END LOOP;
  RETURN kept;
END $$;
--> statement-breakpoint
-- The newest traces that match `wanted`, one row each: the first span of those that are kept of it, in
-- what the tenant sees. Keys of `wanted`, all optional: operation (a route or a span's name), codeFrom
-- and codeTo (status, inclusive), minMs, failed (of any span), request, since, until, and at and span of
-- the row after which to go on. Without a tenant all that row-level security lets through are looked at.
-- Planned for its arguments each time: which index is best depends on what is wanted.
CREATE FUNCTION trace_search(tenant text, wanted jsonb, most integer) RETURNS TABLE (
  tenant_id text, trace_id text, span_id text, service text, operation_name text, status text,
  started_at timestamptz, duration_ms integer, request_id text, route text, status_code smallint,
  spans bigint, errors bigint
)
LANGUAGE plpgsql STABLE SET search_path = '' SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN QUERY
  WITH found AS (
    SELECT s.* FROM public.trace_spans s
    WHERE s.is_entry AND (tenant IS NULL OR s.tenant_id = tenant)
      AND (wanted ->> 'operation' IS NULL OR wanted ->> 'operation' IN (s.route, s.operation_name))
      AND (wanted ->> 'codeFrom' IS NULL OR s.status_code >= (wanted ->> 'codeFrom')::integer)
      AND (wanted ->> 'codeTo' IS NULL OR s.status_code <= (wanted ->> 'codeTo')::integer)
      AND (wanted ->> 'minMs' IS NULL OR s.duration_ms >= (wanted ->> 'minMs')::integer)
      AND (wanted ->> 'since' IS NULL OR s.started_at >= (wanted ->> 'since')::timestamptz)
      AND (wanted ->> 'until' IS NULL OR s.started_at < (wanted ->> 'until')::timestamptz)
      AND (wanted ->> 'at' IS NULL
        OR (s.started_at, s.span_id) < ((wanted ->> 'at')::timestamptz, wanted ->> 'span'))
      AND (wanted ->> 'request' IS NULL OR s.trace_id IN (
        SELECT r.trace_id FROM public.trace_spans r
        WHERE r.request_id = wanted ->> 'request' AND (tenant IS NULL OR r.tenant_id = tenant)
      ))
      AND ((wanted ->> 'failed')::boolean IS NOT TRUE OR EXISTS (
        SELECT FROM public.trace_spans e WHERE e.trace_id = s.trace_id AND e.status = 'error'
          AND (tenant IS NULL OR e.tenant_id = tenant)
      ))
      AND NOT EXISTS (
        SELECT FROM public.trace_spans p
        WHERE p.trace_id = s.trace_id AND p.span_id = s.parent_span_id
          AND (tenant IS NULL OR p.tenant_id = tenant)
      )
    ORDER BY s.started_at DESC, s.span_id DESC LIMIT most
  )
  SELECT f.tenant_id, f.trace_id, f.span_id, f.service, f.operation_name, f.status, f.started_at,
    f.duration_ms, f.request_id, f.route, f.status_code, c.spans, c.errors
  FROM found f CROSS JOIN LATERAL (
    SELECT count(*) AS spans, count(*) FILTER (WHERE x.status = 'error') AS errors
    FROM public.trace_spans x
    WHERE x.trace_id = f.trace_id AND (tenant IS NULL OR x.tenant_id = tenant)
  ) c
  ORDER BY f.started_at DESC, f.span_id DESC;
END $$;
--> statement-breakpoint
-- The same over all tenants and none, for those who run the platform. No span has content.
CREATE FUNCTION trace_search_all(wanted jsonb, most integer) RETURNS TABLE (
  tenant_id text, trace_id text, span_id text, service text, operation_name text, status text,
  started_at timestamptz, duration_ms integer, request_id text, route text, status_code smallint,
  spans bigint, errors bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT * FROM public.trace_search(NULL, wanted, most)
$$;
--> statement-breakpoint
-- One trace's spans, of whoever they are; for those who run the platform.
CREATE FUNCTION trace_read_all(trace text, most integer) RETURNS SETOF trace_spans
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT * FROM public.trace_spans s WHERE s.trace_id = trace
  ORDER BY s.started_at, s.duration_ms DESC, s.span_id LIMIT most
$$;
--> statement-breakpoint
-- Takes away what is older than `before`, at most so many rows of each table per call.
CREATE FUNCTION sweep_traces(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  gone bigint;
  more bigint;
BEGIN
  DELETE FROM public.trace_spans s WHERE s.ctid = ANY (ARRAY(
    SELECT d.ctid FROM public.trace_spans d WHERE d.started_at < before
    ORDER BY d.started_at LIMIT most FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM public.performance_metrics m WHERE m.ctid = ANY (ARRAY(
    SELECT d.ctid FROM public.performance_metrics d WHERE d.at < before
    ORDER BY d.at LIMIT most FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS more = ROW_COUNT;
  RETURN gone + more;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION trace_append(jsonb), trace_search(text, jsonb, integer),
  trace_search_all(jsonb, integer), trace_read_all(text, integer), sweep_traces(timestamptz, integer)
  FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION trace_append(jsonb) TO app_user, auth_user;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION trace_search(text, jsonb, integer), trace_search_all(jsonb, integer),
  trace_read_all(text, integer), sweep_traces(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['trace_spans', 'performance_metrics'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE trace_spans FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE performance_metrics FORCE ROW LEVEL SECURITY;
