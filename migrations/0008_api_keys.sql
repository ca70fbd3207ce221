CREATE TABLE "auth"."api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"origins" text[],
	"secret_hash" text NOT NULL,
	"previous_hash" text,
	"previous_expires_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"rotated_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "auth"."api_keys" ADD CONSTRAINT "api_keys_tenant_id_organizations_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "api_keys_tenant_id_created_at_index" ON "auth"."api_keys" USING btree ("tenant_id","created_at");
--> statement-breakpoint
-- From here by hand. Keys are revoked, never deleted: what they did is in the log under their id.
GRANT SELECT, INSERT, UPDATE ON auth.api_keys TO auth_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$ BEGIN
  IF to_regclass('auth.archive_api_keys') IS NOT NULL THEN
    INSERT INTO auth.api_keys SELECT * FROM auth.archive_api_keys;
    DROP TABLE auth.archive_api_keys;
  END IF;
END $$;
