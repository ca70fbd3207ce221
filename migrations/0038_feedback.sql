CREATE TABLE "kb_answers" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"user_id" text,
	"key_id" text,
	"question" text NOT NULL,
	"abstained" boolean NOT NULL,
	"kb_versions" jsonb NOT NULL,
	"chunks" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"rating" integer,
	"reason" text,
	"rated_at" timestamp with time zone,
	CONSTRAINT "kb_answers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "kb_answers" ADD CONSTRAINT "kb_answers_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "kb_answers_rated" ON "kb_answers" USING btree ("tenant_id","rated_at");--> statement-breakpoint
CREATE INDEX "kb_answers_created" ON "kb_answers" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "kb_answers_user" ON "kb_answers" USING btree ("tenant_id","user_id");
--> statement-breakpoint
-- From here by hand. Who leaves takes the name off what they asked.
ALTER TABLE kb_answers ADD CONSTRAINT kb_answers_of_user FOREIGN KEY (tenant_id, user_id)
  REFERENCES users (tenant_id, id) ON DELETE SET NULL (user_id);
--> statement-breakpoint
ALTER TABLE kb_answers ADD CONSTRAINT kb_answers_rating CHECK (rating BETWEEN 0 AND 5);
--> statement-breakpoint
-- A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE kb_answers ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON kb_answers
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
-- An answer is written once, rated any number of times, and goes by its age alone.
GRANT SELECT, INSERT, UPDATE ON kb_answers TO app_user;
--> statement-breakpoint
-- The sweep crosses tenants: it runs as the owner of the table.
CREATE POLICY sweep ON kb_answers TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Rows older than `before`, at most so many per call.
CREATE FUNCTION kb_expire_answers(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM kb_answers a USING (
    SELECT d.tenant_id, d.id FROM kb_answers d WHERE d.created_at < before
    ORDER BY d.created_at LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE a.tenant_id = due.tenant_id AND a.id = due.id;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION kb_expire_answers(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION kb_expire_answers(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
BEGIN
  IF to_regclass('archive_kb_answers') IS NOT NULL THEN
    INSERT INTO kb_answers SELECT * FROM archive_kb_answers;
    DROP TABLE archive_kb_answers;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE kb_answers FORCE ROW LEVEL SECURITY;
