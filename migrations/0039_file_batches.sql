CREATE TABLE "kb_file_batches" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"kb_id" text NOT NULL,
	"document_ids" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"cancelled_at" timestamp with time zone,
	CONSTRAINT "kb_file_batches_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "kb_documents" ADD COLUMN "suspicions" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "kb_file_batches" ADD CONSTRAINT "kb_file_batches_base_fk" FOREIGN KEY ("tenant_id","kb_id") REFERENCES "public"."knowledge_bases"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "kb_file_batches_base" ON "kb_file_batches" USING btree ("tenant_id","kb_id");
--> statement-breakpoint
-- From here by hand. A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE kb_file_batches ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON kb_file_batches
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON kb_file_batches TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
BEGIN
  IF to_regclass('archive_kb_file_batches') IS NOT NULL THEN
    INSERT INTO kb_file_batches SELECT * FROM archive_kb_file_batches;
    DROP TABLE archive_kb_file_batches;
  END IF;
  IF to_regclass('archive_suspicions') IS NOT NULL THEN
    ALTER TABLE kb_documents NO FORCE ROW LEVEL SECURITY;
    UPDATE kb_documents d SET suspicions = a.suspicions FROM archive_suspicions a
      WHERE a.tenant_id = d.tenant_id AND a.id = d.id;
    DROP TABLE archive_suspicions;
    ALTER TABLE kb_documents FORCE ROW LEVEL SECURITY;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE kb_file_batches FORCE ROW LEVEL SECURITY;
