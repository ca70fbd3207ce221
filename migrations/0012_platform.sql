CREATE TABLE "auth"."bans" (
	"user_id" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"banned_by" text NOT NULL,
	"banned_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "auth"."sessions" ADD COLUMN "impersonated_by" text;--> statement-breakpoint
ALTER TABLE "auth"."sessions" ADD COLUMN "impersonator_session" text;--> statement-breakpoint
ALTER TABLE "auth"."bans" ADD CONSTRAINT "bans_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."sessions" ADD CONSTRAINT "sessions_impersonated_by_users_id_fk" FOREIGN KEY ("impersonated_by") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."sessions" ADD CONSTRAINT "sessions_impersonator_session_sessions_id_fk" FOREIGN KEY ("impersonator_session") REFERENCES "auth"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sessions_impersonator_session_index" ON "auth"."sessions" USING btree ("impersonator_session");--> statement-breakpoint
-- From here by hand.
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.bans TO auth_user;
--> statement-breakpoint
-- No session begins for an account that is banned, however its user signs in. The lock is what
-- auth.ban_user waits for, or makes wait: a session is either refused here or deleted there.
CREATE FUNCTION auth.refuse_banned() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  until timestamptz;
BEGIN
  PERFORM FROM auth.users u WHERE u.id = NEW.user_id FOR KEY SHARE;
  SELECT coalesce(b.expires_at, 'infinity') INTO until FROM auth.bans b
    WHERE b.user_id = NEW.user_id AND coalesce(b.expires_at, 'infinity') > NEW.created_at;
  IF NOT FOUND THEN RETURN NEW; END IF;
  PERFORM auth.refuse(trim('banned ' ||
    CASE until WHEN 'infinity' THEN '' ELSE to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER refuse_banned BEFORE INSERT ON auth.sessions
  FOR EACH ROW EXECUTE FUNCTION auth.refuse_banned();
--> statement-breakpoint
-- Bans an account, or bans it anew, and ends its sessions.
CREATE FUNCTION auth.ban_user(member text, why text, who text, at timestamptz, until timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  runs_platform boolean;
BEGIN
  SELECT u.is_platform INTO runs_platform FROM auth.users u WHERE u.id = member FOR UPDATE;
  IF NOT FOUND THEN PERFORM auth.refuse('no_user'); END IF;
  IF runs_platform THEN PERFORM auth.refuse('is_platform'); END IF;
  INSERT INTO auth.bans AS b (user_id, reason, banned_by, banned_at, expires_at)
    VALUES (member, why, who, at, until)
    ON CONFLICT (user_id) DO UPDATE SET reason = why, banned_by = who, banned_at = at, expires_at = until;
  DELETE FROM auth.sessions s WHERE s.user_id = member;
END $$;
--> statement-breakpoint
CREATE FUNCTION auth.unban_user(member text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  DELETE FROM auth.bans b WHERE b.user_id = member;
  IF NOT FOUND THEN PERFORM auth.refuse('not_banned'); END IF;
END $$;
--> statement-breakpoint
-- What a down migration put aside comes back; before the first one there is nothing.
DO $$ BEGIN
  IF to_regclass('auth.archive_bans') IS NOT NULL THEN
    INSERT INTO auth.bans SELECT * FROM auth.archive_bans;
    INSERT INTO auth.sessions (id, expires_at, token, created_at, updated_at, ip_address, user_agent, user_id,
    active_organization_id, amr, impersonated_by, impersonator_session)
      SELECT id, expires_at, token, created_at, updated_at, ip_address, user_agent, user_id,
    active_organization_id, amr, impersonated_by, impersonator_session FROM auth.archive_impersonations;
    DROP TABLE auth.archive_bans, auth.archive_impersonations;
  END IF;
END $$;
