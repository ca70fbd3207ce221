CREATE TABLE "auth"."oauth_clients" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"grant_types" text[] NOT NULL,
	"redirect_uris" text[] NOT NULL,
	"scopes" text[] NOT NULL,
	"secret_hash" text,
	"previous_hash" text,
	"previous_expires_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"rotated_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_consents" (
	"tenant_id" text NOT NULL,
	"client_id" text NOT NULL,
	"user_id" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "oauth_consents_tenant_id_client_id_user_id_pk" PRIMARY KEY("tenant_id","client_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_grants" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"client_id" text NOT NULL,
	"user_id" text NOT NULL,
	"scopes" text[] NOT NULL,
	"redirect_uri" text NOT NULL,
	"code_hash" text NOT NULL,
	"code_challenge" text NOT NULL,
	"code_expires_at" timestamp with time zone NOT NULL,
	"code_used_at" timestamp with time zone,
	"nonce" text,
	"amr" text NOT NULL,
	"auth_time" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "oauth_grants_code_hash_unique" UNIQUE("code_hash")
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_refresh_tokens" (
	"hash" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"grant_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "auth"."oauth_clients" ADD CONSTRAINT "oauth_clients_tenant_id_organizations_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_consents" ADD CONSTRAINT "oauth_consents_tenant_id_organizations_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_consents" ADD CONSTRAINT "oauth_consents_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "auth"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_consents" ADD CONSTRAINT "oauth_consents_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_grants" ADD CONSTRAINT "oauth_grants_tenant_id_organizations_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_grants" ADD CONSTRAINT "oauth_grants_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "auth"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_grants" ADD CONSTRAINT "oauth_grants_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_refresh_tokens" ADD CONSTRAINT "oauth_refresh_tokens_tenant_id_organizations_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "auth"."oauth_refresh_tokens" ADD CONSTRAINT "oauth_refresh_tokens_grant_id_oauth_grants_id_fk" FOREIGN KEY ("grant_id") REFERENCES "auth"."oauth_grants"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "oauth_clients_tenant_id_created_at_index" ON "auth"."oauth_clients" USING btree ("tenant_id","created_at");
--> statement-breakpoint
CREATE INDEX "oauth_consents_user_id_index" ON "auth"."oauth_consents" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "oauth_grants_tenant_id_index" ON "auth"."oauth_grants" USING btree ("tenant_id");
--> statement-breakpoint
CREATE INDEX "oauth_grants_client_id_user_id_index" ON "auth"."oauth_grants" USING btree ("client_id","user_id");
--> statement-breakpoint
CREATE INDEX "oauth_grants_user_id_index" ON "auth"."oauth_grants" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "oauth_grants_expires_at_index" ON "auth"."oauth_grants" USING btree ("expires_at");
--> statement-breakpoint
CREATE INDEX "oauth_refresh_tokens_tenant_id_index" ON "auth"."oauth_refresh_tokens" USING btree ("tenant_id");
--> statement-breakpoint
CREATE INDEX "oauth_refresh_tokens_grant_id_index" ON "auth"."oauth_refresh_tokens" USING btree ("grant_id");
--> statement-breakpoint
CREATE INDEX "oauth_refresh_tokens_expires_at_index" ON "auth"."oauth_refresh_tokens" USING btree ("expires_at");
--> statement-breakpoint
-- From here by hand. Clients are revoked, never deleted: what they did is in the log under their id.
GRANT SELECT, INSERT, UPDATE ON auth.oauth_clients TO auth_user;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.oauth_consents, auth.oauth_grants,
  auth.oauth_refresh_tokens TO auth_user;
--> statement-breakpoint
-- Whoever leaves a tenant takes along what they let applications do there, however they leave.
CREATE FUNCTION auth.end_oauth_grants() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  DELETE FROM auth.oauth_consents c
    WHERE c.tenant_id = OLD.organization_id AND c.user_id = OLD.user_id;
  UPDATE auth.oauth_grants g SET revoked_at = now()
    WHERE g.tenant_id = OLD.organization_id AND g.user_id = OLD.user_id AND g.revoked_at IS NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER oauth_grants AFTER DELETE ON auth.members
  FOR EACH ROW EXECUTE FUNCTION auth.end_oauth_grants();
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$ BEGIN
  IF to_regclass('auth.archive_oauth_clients') IS NOT NULL THEN
    INSERT INTO auth.oauth_clients SELECT * FROM auth.archive_oauth_clients;
    INSERT INTO auth.oauth_consents SELECT * FROM auth.archive_oauth_consents;
    INSERT INTO auth.oauth_grants SELECT * FROM auth.archive_oauth_grants;
    INSERT INTO auth.oauth_refresh_tokens SELECT * FROM auth.archive_oauth_refresh_tokens;
    DROP TABLE auth.archive_oauth_clients, auth.archive_oauth_consents,
      auth.archive_oauth_grants, auth.archive_oauth_refresh_tokens;
  END IF;
END $$;
