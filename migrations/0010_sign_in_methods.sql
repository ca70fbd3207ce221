CREATE TABLE "auth"."passkeys" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"credential_id" text NOT NULL,
	"public_key" text NOT NULL,
	"counter" bigint NOT NULL,
	"transports" text[] NOT NULL,
	"name" text NOT NULL,
	"is_synced" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "passkeys_credentialId_unique" UNIQUE("credential_id")
);
--> statement-breakpoint
ALTER TABLE "auth"."accounts" ADD COLUMN "label" text;
--> statement-breakpoint
ALTER TABLE "auth"."passkeys" ADD CONSTRAINT "passkeys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "passkeys_user_id_index" ON "auth"."passkeys" USING btree ("user_id");
--> statement-breakpoint
-- From here by hand.
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.passkeys TO auth_user;
--> statement-breakpoint
-- What a down migration put aside comes back; before the first one there is nothing.
DO $$ BEGIN
  IF to_regclass('auth.archive_passkeys') IS NOT NULL THEN
    INSERT INTO auth.passkeys SELECT * FROM auth.archive_passkeys;
    UPDATE auth.accounts a SET label = l.label FROM auth.archive_account_labels l WHERE l.id = a.id;
    DROP TABLE auth.archive_passkeys, auth.archive_account_labels;
  END IF;
END $$;
