CREATE TABLE "auth"."backup_codes" (
	"user_id" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "backup_codes_user_id_hash_pk" PRIMARY KEY("user_id","hash")
);
--> statement-breakpoint
CREATE TABLE "auth"."two_factors" (
	"user_id" text PRIMARY KEY NOT NULL,
	"secret" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"confirmed_at" timestamp with time zone,
	"last_step" bigint DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "auth"."sessions" ADD COLUMN "amr" text DEFAULT 'pwd' NOT NULL;
--> statement-breakpoint
ALTER TABLE "auth"."signing_keys" ADD COLUMN "replaces" text;
--> statement-breakpoint
ALTER TABLE "auth"."backup_codes" ADD CONSTRAINT "backup_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."two_factors" ADD CONSTRAINT "two_factors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."signing_keys" ADD CONSTRAINT "signing_keys_replaces_unique" UNIQUE("replaces");
--> statement-breakpoint
-- From here by hand.
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.two_factors, auth.backup_codes TO auth_user;
--> statement-breakpoint
-- A user's address and name as each of their tenants sees them. It tells row-level security whose
-- rows it writes, and puts back what was told before.
CREATE FUNCTION auth.set_profile(member text, member_email text, member_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  tenant text;
BEGIN
  FOR tenant IN SELECT m.organization_id FROM auth.members m WHERE m.user_id = member ORDER BY 1 LOOP
    PERFORM set_config('app.tenant_id', tenant, true);
    UPDATE public.users u SET email = member_email, name = member_name
      WHERE u.tenant_id = tenant AND u.id = member;
  END LOOP;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION auth.set_profile FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION auth.set_profile TO auth_user;
--> statement-breakpoint
-- What a down migration put aside comes back; before the first one there is nothing.
DO $$ BEGIN
  IF to_regclass('auth.archive_two_factors') IS NOT NULL THEN
    INSERT INTO auth.two_factors SELECT * FROM auth.archive_two_factors;
    INSERT INTO auth.backup_codes SELECT * FROM auth.archive_backup_codes;
    UPDATE auth.sessions s SET amr = a.amr FROM auth.archive_session_methods a WHERE a.id = s.id;
    UPDATE auth.signing_keys k SET replaces = a.replaces
      FROM auth.archive_key_order a WHERE a.id = k.id;
    DROP TABLE auth.archive_two_factors, auth.archive_backup_codes, auth.archive_session_methods,
      auth.archive_key_order;
  END IF;
END $$;
