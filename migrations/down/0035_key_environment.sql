-- The environments are put aside first; the up migration brings them back. Until then every key reads
-- the flags of production, as it did before there was a choice.
CREATE TABLE auth.archive_key_environments AS
  SELECT id, environment FROM auth.api_keys WHERE environment <> 'production';
--> statement-breakpoint
ALTER TABLE auth.api_keys DROP COLUMN environment;
