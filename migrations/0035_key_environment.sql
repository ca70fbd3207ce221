ALTER TABLE "auth"."api_keys" ADD COLUMN "environment" text DEFAULT 'production' NOT NULL;--> statement-breakpoint
-- From here by hand. What a down migration put aside comes back; before the first one there is nothing.
DO $$
BEGIN
  IF to_regclass('auth.archive_key_environments') IS NOT NULL THEN
    UPDATE auth.api_keys k SET environment = a.environment
    FROM auth.archive_key_environments a WHERE a.id = k.id;
    DROP TABLE auth.archive_key_environments;
  END IF;
END $$;
