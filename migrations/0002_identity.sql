-- Kept by the down migration, for the rows put aside in it.
CREATE SCHEMA IF NOT EXISTS "auth";
--> statement-breakpoint
CREATE TABLE "auth"."accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."invitations" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"email" text NOT NULL,
	"role" text,
	"status" text DEFAULT 'pending' NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"inviter_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."members" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"logo" text,
	"created_at" timestamp with time zone NOT NULL,
	"metadata" text,
	CONSTRAINT "organizations_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "auth"."sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"token" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" text NOT NULL,
	"active_organization_id" text,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "auth"."setups" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"tenant_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "setups_once" CHECK ("auth"."setups"."id")
);
--> statement-breakpoint
CREATE TABLE "auth"."signing_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"public_key" jsonb NOT NULL,
	"private_key" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"active_from" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "auth"."users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "auth"."verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "auth"."accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."invitations" ADD CONSTRAINT "invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."invitations" ADD CONSTRAINT "invitations_inviter_id_users_id_fk" FOREIGN KEY ("inviter_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."members" ADD CONSTRAINT "members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "accounts_user_id_index" ON "auth"."accounts" USING btree ("user_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_provider_id_account_id_index" ON "auth"."accounts" USING btree ("provider_id","account_id");
--> statement-breakpoint
CREATE INDEX "invitations_organization_id_index" ON "auth"."invitations" USING btree ("organization_id");
--> statement-breakpoint
CREATE INDEX "invitations_email_index" ON "auth"."invitations" USING btree ("email");
--> statement-breakpoint
CREATE INDEX "members_user_id_index" ON "auth"."members" USING btree ("user_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "members_organization_id_user_id_index" ON "auth"."members" USING btree ("organization_id","user_id");
--> statement-breakpoint
CREATE INDEX "sessions_user_id_index" ON "auth"."sessions" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "verifications_identifier_index" ON "auth"."verifications" USING btree ("identifier");
--> statement-breakpoint
-- From here by hand. Only the identity Worker's role sees this schema.
GRANT USAGE ON SCHEMA auth TO auth_user;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.users, auth.organizations, auth.accounts, auth.sessions,
  auth.verifications, auth.members, auth.invitations, auth.signing_keys TO auth_user;
--> statement-breakpoint
GRANT SELECT, INSERT ON auth.setups TO auth_user;
--> statement-breakpoint
-- The one way from here to tenant tables. It tells row-level security whose rows it writes, and
-- takes that back, so that what follows in the same transaction sees nothing more than before.
CREATE FUNCTION auth.create_tenant(
  tenant text, tenant_name text, owner text, owner_email text, owner_name text, at timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM set_config('app.tenant_id', tenant, true);
  INSERT INTO public.tenants (id, name, created_at) VALUES (tenant, tenant_name, at);
  INSERT INTO public.users (tenant_id, id, email, name, role, created_at)
    VALUES (tenant, owner, owner_email, owner_name, 'owner', at);
  PERFORM set_config('app.tenant_id', '', true);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION auth.create_tenant FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION auth.create_tenant TO auth_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['users', 'organizations', 'accounts', 'sessions', 'verifications', 'members',
    'invitations', 'signing_keys', 'setups']
  LOOP
    IF to_regclass('auth.archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO auth.%I SELECT * FROM auth.%I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE auth.%I', 'archive_' || name);
    END IF;
  END LOOP;
END $$;
