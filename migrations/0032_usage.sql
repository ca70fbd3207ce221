CREATE TABLE "budgets" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"daily" bigint,
	"monthly" bigint,
	"user_daily" bigint,
	"per_call" bigint,
	"version" integer NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_ledger" (
	"tenant_id" text NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"purpose" text NOT NULL,
	"endpoint" text NOT NULL,
	"user_id" text,
	"key_id" text,
	"subject_id" text,
	"request_id" text NOT NULL,
	"input" integer NOT NULL,
	"cached_input" integer NOT NULL,
	"output" integer NOT NULL,
	"audio_input" integer NOT NULL,
	"audio_output" integer NOT NULL,
	"audio_ms" integer NOT NULL,
	"characters" integer NOT NULL,
	"micro_dollars" bigint NOT NULL,
	"price_version" text NOT NULL,
	"estimated" boolean NOT NULL,
	CONSTRAINT "usage_ledger_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "cost_micro_dollars" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_ledger" ADD CONSTRAINT "usage_ledger_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "usage_ledger_tenant_at" ON "usage_ledger" USING btree ("tenant_id","at");--> statement-breakpoint
CREATE INDEX "usage_ledger_user" ON "usage_ledger" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "usage_ledger_at" ON "usage_ledger" USING btree ("at");--> statement-breakpoint
-- From here by hand. Who leaves takes the name off what they spent; the sums stay.
ALTER TABLE usage_ledger ADD CONSTRAINT usage_ledger_of_user FOREIGN KEY (tenant_id, user_id)
  REFERENCES users (tenant_id, id) ON DELETE SET NULL (user_id);
--> statement-breakpoint
ALTER TABLE budgets ADD CONSTRAINT budgets_positive
  CHECK (least(daily, monthly, user_daily, per_call) >= 0);
--> statement-breakpoint
-- A tenant sees its own rows. Unset, the setting is null or '', and nothing shows.
ALTER TABLE usage_ledger ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE budgets ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON usage_ledger
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON budgets
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
-- What was spent is written once, and goes by its age alone.
GRANT SELECT, INSERT ON usage_ledger TO app_user;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON budgets TO app_user;
--> statement-breakpoint
-- The sweep crosses tenants, and the budget's object has no tenant of its own: both run as the owner
-- of the tables.
CREATE POLICY sweep ON usage_ledger TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE POLICY standing ON budgets FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
-- Rows older than `before`, at most so many per call.
CREATE FUNCTION sweep_usage(before timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM usage_ledger u USING (
    SELECT d.tenant_id, d.id FROM usage_ledger d WHERE d.at < before
    ORDER BY d.at LIMIT most FOR UPDATE SKIP LOCKED
  ) due WHERE u.tenant_id = due.tenant_id AND u.id = due.id;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION sweep_usage(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION sweep_usage(timestamptz, integer) TO app_user;
--> statement-breakpoint
-- What one tenant may spend and has spent, for its budget's object in the identity Worker: numbers,
-- and ids of those who spent something today.
CREATE FUNCTION auth.budget_standing(tenant text, day timestamptz, month timestamptz) RETURNS TABLE (
  daily bigint, monthly bigint, user_daily bigint, per_call bigint, version integer,
  spent_day bigint, spent_month bigint, spenders json
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH own AS (
    SELECT u.at, coalesce('user:' || u.user_id, 'key:' || u.key_id) AS spender, u.micro_dollars
    FROM public.usage_ledger u WHERE u.tenant_id = tenant AND u.at >= month
  ), today AS (
    SELECT o.spender, sum(o.micro_dollars) AS spent FROM own o
    WHERE o.at >= day GROUP BY o.spender
  )
  SELECT b.daily, b.monthly, b.user_daily, b.per_call, b.version,
    (SELECT coalesce(sum(t.spent), 0)::bigint FROM today t),
    (SELECT coalesce(sum(o.micro_dollars), 0)::bigint FROM own o),
    (SELECT coalesce(json_object_agg(t.spender, t.spent), '{}') FROM today t
      WHERE t.spender IS NOT NULL)
  FROM public.budgets b WHERE b.tenant_id = tenant
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION auth.budget_standing(text, timestamptz, timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION auth.budget_standing(text, timestamptz, timestamptz) TO auth_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['usage_ledger', 'budgets'] LOOP
    IF to_regclass('archive_' || name) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, 'archive_' || name);
      EXECUTE format('DROP TABLE %I', 'archive_' || name);
    END IF;
  END LOOP;
  IF to_regclass('archive_message_costs') IS NOT NULL THEN
    ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
    UPDATE messages m SET cost_micro_dollars = a.cost_micro_dollars FROM archive_message_costs a
      WHERE a.tenant_id = m.tenant_id AND a.session_id = m.session_id AND a.id = m.id;
    DROP TABLE archive_message_costs;
    ALTER TABLE messages FORCE ROW LEVEL SECURITY;
  END IF;
END $$;
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE usage_ledger FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE budgets FORCE ROW LEVEL SECURITY;
