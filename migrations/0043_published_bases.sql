ALTER TABLE "knowledge_bases" ADD COLUMN "draft" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "knowledge_bases" ADD COLUMN "gate" jsonb;--> statement-breakpoint
ALTER TABLE "knowledge_bases" ADD COLUMN "published_version" bigint;--> statement-breakpoint
ALTER TABLE "knowledge_bases" ADD COLUMN "published_at" timestamp with time zone;--> statement-breakpoint
-- What a down migration put aside comes back. Under FORCE the owner, who runs this file, would see no
-- row of any tenant.
DO $$
BEGIN
  IF to_regclass('archive_base_gates') IS NOT NULL THEN
    ALTER TABLE knowledge_bases NO FORCE ROW LEVEL SECURITY;
    UPDATE knowledge_bases b SET draft = a.draft, gate = a.gate,
      published_version = a.published_version, published_at = a.published_at
    FROM archive_base_gates a WHERE a.tenant_id = b.tenant_id AND a.id = b.id;
    ALTER TABLE knowledge_bases FORCE ROW LEVEL SECURITY;
    DROP TABLE archive_base_gates;
  END IF;
END $$;
