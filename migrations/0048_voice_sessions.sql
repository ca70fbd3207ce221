CREATE TABLE "voice_items" (
	"tenant_id" text NOT NULL,
	"session_id" text NOT NULL,
	"seq" integer NOT NULL,
	"item_id" text NOT NULL,
	"role" text NOT NULL,
	"text" text NOT NULL,
	"masked" text NOT NULL,
	"heard_until_ms" integer,
	"is_cut" boolean NOT NULL,
	"from_ms" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "voice_items_tenant_id_session_id_seq_pk" PRIMARY KEY("tenant_id","session_id","seq")
);
--> statement-breakpoint
CREATE TABLE "voice_sessions" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"user_id" text,
	"key_id" text,
	"model" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"end_reason" text,
	"turns" integer NOT NULL,
	"recorded_until" timestamp with time zone,
	CONSTRAINT "voice_sessions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "voice_sessions_owner" CHECK (num_nonnulls("voice_sessions"."user_id", "voice_sessions"."key_id") <= 1)
);
--> statement-breakpoint
CREATE TABLE "voice_settings" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"may_record" boolean NOT NULL,
	"recording_days" integer NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "voice_items" ADD CONSTRAINT "voice_items_session" FOREIGN KEY ("tenant_id","session_id") REFERENCES "public"."voice_sessions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "voice_sessions" ADD CONSTRAINT "voice_sessions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "voice_settings" ADD CONSTRAINT "voice_settings_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "voice_sessions_user" ON "voice_sessions" USING btree ("tenant_id","user_id","id");--> statement-breakpoint
CREATE INDEX "voice_sessions_started" ON "voice_sessions" USING btree ("started_at");
--> statement-breakpoint
-- From here by hand. Who leaves takes along whose session it was; the minute's job then erases it with its
-- sound, which no cascade reaches.
ALTER TABLE voice_sessions ADD CONSTRAINT voice_sessions_of_user
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE SET NULL (user_id);
--> statement-breakpoint
-- A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE voice_settings ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE voice_sessions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE voice_items ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON voice_settings
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON voice_sessions
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON voice_items
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON voice_settings TO app_user;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON voice_sessions TO app_user;
--> statement-breakpoint
-- What was said is written once, and goes with its session.
GRANT SELECT, INSERT ON voice_items TO app_user;
--> statement-breakpoint
-- The minute's job crosses tenants: it runs as the owner of the tables.
CREATE POLICY due ON voice_sessions FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Sessions to erase: of users who are gone, and older than conversations are kept.
CREATE FUNCTION voice_due_erasures(before timestamptz, most integer)
RETURNS TABLE (tenant_id text, id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT s.tenant_id, s.id FROM voice_sessions s
  WHERE (s.user_id IS NULL AND s.key_id IS NULL) OR s.started_at < before
  ORDER BY s.started_at LIMIT most
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION voice_due_erasures(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION voice_due_erasures(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['voice_settings', 'voice_sessions', 'voice_items'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE voice_settings FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE voice_sessions FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE voice_items FORCE ROW LEVEL SECURITY;
