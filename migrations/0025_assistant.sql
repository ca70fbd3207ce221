CREATE TABLE "messages" (
	"tenant_id" text NOT NULL,
	"session_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"turn" integer NOT NULL,
	"role" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"content" text NOT NULL,
	"parts" jsonb NOT NULL,
	"tool_calls" jsonb NOT NULL,
	"model" text,
	"fallback_used" boolean NOT NULL,
	"usage" jsonb NOT NULL,
	"timings" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "messages_tenant_id_session_id_id_pk" PRIMARY KEY("tenant_id","session_id","id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"user_id" text,
	"key_id" text,
	"title" text NOT NULL,
	"language" text NOT NULL,
	"handoff_reason" text,
	"turns" integer NOT NULL,
	"busy_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sessions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sessions_owner" CHECK (num_nonnulls("sessions"."user_id", "sessions"."key_id") = 1)
);
--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_session" FOREIGN KEY ("tenant_id","session_id") REFERENCES "public"."sessions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_of_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "messages_id" ON "messages" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("tenant_id","user_id","id");--> statement-breakpoint
CREATE INDEX "sessions_updated" ON "sessions" USING btree ("updated_at");--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON sessions
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON messages
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, messages TO app_user;
--> statement-breakpoint
-- The sweep crosses tenants: it runs as the owner of the tables, who may find and delete sessions of
-- all of them, and answers with a count. Messages go by their foreign key, which no policy binds.
CREATE POLICY sweep ON sessions TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Conversations nobody went on with since `before`, at most so many per call.
CREATE FUNCTION sweep_sessions(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM sessions s USING (
    SELECT d.tenant_id, d.id FROM sessions d WHERE d.updated_at < before
    ORDER BY d.updated_at LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE s.tenant_id = due.tenant_id AND s.id = due.id;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION sweep_sessions(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION sweep_sessions(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back, parents first; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['sessions', 'messages'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
