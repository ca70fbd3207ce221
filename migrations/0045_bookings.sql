CREATE TABLE "calendar_events" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"calendar" text NOT NULL,
	"user_id" text,
	"key_id" text,
	"title" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"cancelled_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "calendar_events_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "calendar_events_owner" CHECK (num_nonnulls("calendar_events"."user_id", "calendar_events"."key_id") = 1),
	CONSTRAINT "calendar_events_own" CHECK ("calendar_events"."calendar" <> 'own' or "calendar_events"."user_id" is not null),
	CONSTRAINT "calendar_events_span" CHECK ("calendar_events"."starts_at" < "calendar_events"."ends_at")
);
--> statement-breakpoint
CREATE TABLE "mcp_servers" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"headers" text,
	"header_names" text[] DEFAULT '{}' NOT NULL,
	"version" integer NOT NULL,
	"tools" jsonb NOT NULL,
	"enabled" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "mcp_servers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"code" text NOT NULL,
	"user_id" text,
	"key_id" text,
	"session_id" text NOT NULL,
	"proposed_in" text NOT NULL,
	"status" text NOT NULL,
	"party_size" integer NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"name" text NOT NULL,
	"phone" text,
	"notes" text,
	"idempotency_key" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "reservations_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "reservations_owner" CHECK (num_nonnulls("reservations"."user_id", "reservations"."key_id") = 1)
);
--> statement-breakpoint
ALTER TABLE "calendar_events" ADD CONSTRAINT "calendar_events_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calendar_events" ADD CONSTRAINT "calendar_events_of_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mcp_servers" ADD CONSTRAINT "mcp_servers_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_of_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "calendar_events_key" ON "calendar_events" USING btree ("tenant_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "calendar_events_start" ON "calendar_events" USING btree ("tenant_id","calendar","starts_at");--> statement-breakpoint
CREATE INDEX "calendar_events_user" ON "calendar_events" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "calendar_events_end" ON "calendar_events" USING btree ("ends_at");--> statement-breakpoint
CREATE UNIQUE INDEX "mcp_servers_name" ON "mcp_servers" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "reservations_code" ON "reservations" USING btree ("tenant_id","code");--> statement-breakpoint
CREATE UNIQUE INDEX "reservations_key" ON "reservations" USING btree ("tenant_id","idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "reservations_pending" ON "reservations" USING btree ("tenant_id","session_id") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "reservations_user" ON "reservations" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "reservations_start" ON "reservations" USING btree ("starts_at");
--> statement-breakpoint
-- From here by hand. No two events at once in one calendar, whoever makes them and however near together. GiST
-- compares no texts by itself, but ranges of them: a calendar is the range from its name to its name.
CREATE TYPE calendar_name AS RANGE (SUBTYPE = text, COLLATION = "C");
--> statement-breakpoint
ALTER TABLE calendar_events ADD CONSTRAINT calendar_events_once EXCLUDE USING gist (
  calendar_name(tenant_id || ' ' || CASE calendar WHEN 'own' THEN 'own ' || user_id ELSE calendar END,
    tenant_id || ' ' || CASE calendar WHEN 'own' THEN 'own ' || user_id ELSE calendar END, '[]') WITH =,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (cancelled_at IS NULL);
--> statement-breakpoint
-- A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE calendar_events ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE reservations ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE mcp_servers ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON calendar_events
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON reservations
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON mcp_servers
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON calendar_events TO app_user;
--> statement-breakpoint
-- A proposal that another takes the place of goes.
GRANT SELECT, INSERT, UPDATE, DELETE ON reservations, mcp_servers TO app_user;
--> statement-breakpoint
-- The sweep crosses tenants: it runs as the owner of the tables, and answers with a count.
CREATE POLICY sweep ON calendar_events TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY sweep ON reservations TO CURRENT_USER USING (true);
--> statement-breakpoint
-- What ended before then, at most so many of each per call.
CREATE FUNCTION sweep_bookings(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  events bigint;
  guests bigint;
BEGIN
  DELETE FROM calendar_events e USING (
    SELECT d.tenant_id, d.id FROM calendar_events d WHERE d.ends_at < before
    ORDER BY d.ends_at LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE e.tenant_id = due.tenant_id AND e.id = due.id;
  GET DIAGNOSTICS events = ROW_COUNT;
  DELETE FROM reservations r USING (
    SELECT d.tenant_id, d.id FROM reservations d WHERE d.starts_at < before
    ORDER BY d.starts_at LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE r.tenant_id = due.tenant_id AND r.id = due.id;
  GET DIAGNOSTICS guests = ROW_COUNT;
  RETURN events + guests;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION sweep_bookings(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION sweep_bookings(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- The reservations and events of an account in every tenant it belongs to, for its export. Row-level security binds
-- the owner here as well, so each tenant is entered in its turn.
CREATE FUNCTION auth.bookings_of(member text)
RETURNS TABLE (tenant_id text, kind text, title text, phone text, notes text, starts_at timestamptz, status text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  tenant text;
BEGIN
  FOR tenant IN SELECT m.organization_id FROM auth.members m WHERE m.user_id = member ORDER BY 1 LOOP
    PERFORM set_config('app.tenant_id', tenant, true);
    RETURN QUERY SELECT r.tenant_id, 'reservation', r.name, r.phone, r.notes, r.starts_at, r.status
      FROM public.reservations r WHERE r.tenant_id = tenant AND r.user_id = member ORDER BY r.starts_at, r.id;
    RETURN QUERY SELECT e.tenant_id, 'event', e.title, NULL::text, NULL::text, e.starts_at,
        CASE WHEN e.cancelled_at IS NULL THEN 'confirmed' ELSE 'cancelled' END
      FROM public.calendar_events e WHERE e.tenant_id = tenant AND e.user_id = member ORDER BY e.starts_at, e.id;
  END LOOP;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION auth.bookings_of(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION auth.bookings_of(text) TO auth_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['calendar_events', 'reservations', 'mcp_servers'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE calendar_events FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE reservations FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE mcp_servers FORCE ROW LEVEL SECURITY;
