CREATE TABLE "assistant_versions" (
	"tenant_id" text NOT NULL,
	"assistant_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"content" jsonb NOT NULL,
	"comment" text NOT NULL,
	"author" text NOT NULL,
	"restored" integer,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "assistant_versions_tenant_id_assistant_id_version_pk" PRIMARY KEY("tenant_id","assistant_id","version")
);
--> statement-breakpoint
CREATE TABLE "assistants" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"version" integer NOT NULL,
	"flag" text,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "assistants_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "trace_id" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "assistant_id" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "assistant_version" integer;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "summary" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "summary_turn" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "assistant_versions" ADD CONSTRAINT "assistant_versions_of" FOREIGN KEY ("tenant_id","assistant_id") REFERENCES "public"."assistants"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assistants" ADD CONSTRAINT "assistants_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "assistants_slug" ON "assistants" USING btree ("tenant_id","slug");--> statement-breakpoint
CREATE UNIQUE INDEX "assistants_default" ON "assistants" USING btree ("tenant_id") WHERE is_default;
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE assistants ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE assistant_versions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON assistants
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON assistant_versions
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON assistants TO app_user;
--> statement-breakpoint
-- A version is written once, and goes with its assistant.
GRANT SELECT, INSERT ON assistant_versions TO app_user;
--> statement-breakpoint
-- The conversations of an account in every tenant it belongs to, for its export. Row-level security
-- binds the owner here as well, so each tenant is entered in its turn.
CREATE FUNCTION auth.conversations_of(member text)
RETURNS TABLE (tenant_id text, conversation jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  tenant text;
  iso text := 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
BEGIN
  FOR tenant IN SELECT m.organization_id FROM auth.members m WHERE m.user_id = member ORDER BY 1 LOOP
    PERFORM set_config('app.tenant_id', tenant, true);
    RETURN QUERY SELECT s.tenant_id, jsonb_build_object(
        'id', s.id, 'title', s.title, 'language', s.language, 'summary', s.summary,
        'createdAt', to_char(s.created_at AT TIME ZONE 'UTC', iso),
        'messages', coalesce((
          SELECT jsonb_agg(jsonb_build_object('role', e.role, 'content', e.content,
            'createdAt', to_char(e.created_at AT TIME ZONE 'UTC', iso)) ORDER BY e.id)
          FROM public.messages e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id), '[]'))
      FROM public.sessions s WHERE s.tenant_id = tenant AND s.user_id = member ORDER BY s.id;
  END LOOP;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION auth.conversations_of(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION auth.conversations_of(text) TO auth_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back, parents first; before the first one there are none.
DO $$
BEGIN
  IF to_regclass('archive_assistants') IS NOT NULL THEN
    ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
    INSERT INTO assistants SELECT * FROM archive_assistants;
    INSERT INTO assistant_versions SELECT * FROM archive_assistant_versions;
    UPDATE sessions s SET assistant_id = a.assistant_id, assistant_version = a.assistant_version,
      summary = a.summary, summary_turn = a.summary_turn
    FROM archive_session_assistants a WHERE a.tenant_id = s.tenant_id AND a.id = s.id;
    UPDATE messages m SET trace_id = a.trace_id FROM archive_message_traces a
    WHERE a.tenant_id = m.tenant_id AND a.session_id = m.session_id AND a.id = m.id;
    DROP TABLE archive_assistants, archive_assistant_versions, archive_session_assistants,
      archive_message_traces;
    ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
    ALTER TABLE messages FORCE ROW LEVEL SECURITY;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE assistants FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE assistant_versions FORCE ROW LEVEL SECURITY;
