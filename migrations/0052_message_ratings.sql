ALTER TABLE "messages" ADD COLUMN "rating" smallint;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "rating_reason" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "rated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_rating" CHECK ("messages"."rating" between 0 and 5 and num_nulls("messages"."rating", "messages"."rating_reason", "messages"."rated_at") in (0, 3));--> statement-breakpoint
-- From here by hand. Ratings that a down migration put aside come back; before the first one there are none.
DO $$
BEGIN
  IF to_regclass('archive_message_ratings') IS NOT NULL THEN
    ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
    UPDATE messages m SET rating = a.rating, rating_reason = a.rating_reason, rated_at = a.rated_at
    FROM archive_message_ratings a
    WHERE a.tenant_id = m.tenant_id AND a.session_id = m.session_id AND a.id = m.id;
    DROP TABLE archive_message_ratings;
    ALTER TABLE messages FORCE ROW LEVEL SECURITY;
  END IF;
END $$;
