CREATE TABLE "audit_head" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL,
	"checkpoint_seq" bigint DEFAULT 0 NOT NULL,
	"checkpoint_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"tenant_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"body" text NOT NULL,
	"prev" text NOT NULL,
	"hash" text NOT NULL,
	"event_id" uuid GENERATED ALWAYS AS (((body::jsonb ->> 'id')::uuid)) STORED,
	"event" text GENERATED ALWAYS AS ((body::jsonb #>> '{event}')) STORED,
	"actor" text GENERATED ALWAYS AS ((body::jsonb #>> '{actor}')) STORED,
	"outcome" text GENERATED ALWAYS AS ((body::jsonb #>> '{outcome}')) STORED,
	"resource" text GENERATED ALWAYS AS (((body::jsonb #>> '{resource,type}') || ':' || (body::jsonb #>> '{resource,id}'))) STORED,
	CONSTRAINT "audit_log_tenant_id_seq_pk" PRIMARY KEY("tenant_id","seq")
);
--> statement-breakpoint
CREATE TABLE "audit_tombstones" (
	"tenant_id" text NOT NULL,
	"last_seq" bigint NOT NULL,
	"hash" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_tombstones_tenant_id_last_seq_pk" PRIMARY KEY("tenant_id","last_seq")
);
--> statement-breakpoint
CREATE TABLE "auth"."audit_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"public_key" jsonb NOT NULL,
	"private_key" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "audit_log_event_id" ON "audit_log" USING btree ("tenant_id","event_id");
--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "audit_log" USING btree ("tenant_id","at");
--> statement-breakpoint
CREATE INDEX "audit_log_actor" ON "audit_log" USING btree ("tenant_id","actor","seq");
--> statement-breakpoint
CREATE INDEX "audit_log_event" ON "audit_log" USING btree ("tenant_id","event" text_pattern_ops,"seq");
--> statement-breakpoint
CREATE INDEX "audit_log_resource" ON "audit_log" USING btree ("tenant_id","resource" text_pattern_ops,"seq");
--> statement-breakpoint
CREATE UNIQUE INDEX "audit_keys_active" ON "auth"."audit_keys" USING btree ((retired_at is null)) WHERE retired_at is null;
--> statement-breakpoint
-- From here by hand. The log is written by functions only, and read by its tenant only.
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_tombstones ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON audit_log
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON audit_head
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
CREATE POLICY tenant ON audit_tombstones
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT ON audit_log, audit_head, audit_tombstones TO app_user;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE (retired_at) ON auth.audit_keys TO auth_user;
--> statement-breakpoint
-- Appends entries, a JSON list of {at, body}, to the end of a tenant's chain; the answer is the last
-- number. An entry whose id is there already is passed over, so a message delivered twice is one
-- entry. The row of audit_head is the lock: whoever appends waits for whoever appended before to
-- end its transaction; so in a batch this comes last. It tells row-level security whose rows it
-- writes, and puts back what was told before; within one tenant it appends to no other.
CREATE FUNCTION audit_append_all(tenant text, entries json) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  head public.audit_head;
  entry record;
  digest text;
BEGIN
  IF scope NOT IN ('', tenant) OR tenant = '' OR strpos(tenant, E'\n') > 0 THEN
    RAISE EXCEPTION 'an entry of tenant % cannot be written here', tenant USING ERRCODE = '42501';
  END IF;
  PERFORM set_config('app.tenant_id', tenant, true);
  INSERT INTO public.audit_head (tenant_id, seq, hash) VALUES (tenant, 0, repeat('0', 64))
    ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT head FROM public.audit_head h WHERE h.tenant_id = tenant FOR UPDATE;
  FOR entry IN
    SELECT date_trunc('milliseconds', e.at) AS at, e.body, (e.body::jsonb ->> 'id')::uuid AS id,
      e.body::jsonb ->> 'tenant' AS tenant
    FROM ROWS FROM (json_to_recordset(entries) AS (at timestamptz, body text))
      WITH ORDINALITY AS e(at, body, n)
    ORDER BY e.n
  LOOP
    IF entry.id IS NULL OR entry.at IS NULL OR entry.tenant IS DISTINCT FROM tenant THEN
      RAISE EXCEPTION 'an entry needs a time, an id and its own tenant' USING ERRCODE = '22023';
    END IF;
    CONTINUE WHEN EXISTS (
      SELECT FROM public.audit_log l WHERE l.tenant_id = tenant AND l.event_id = entry.id
    );
    head.seq := head.seq + 1;
    digest := encode(sha256(convert_to(concat_ws(E'\n', head.hash, head.seq,
      to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), tenant, entry.body), 'UTF8')), 'hex');
    INSERT INTO public.audit_log (tenant_id, seq, at, body, prev, hash)
      VALUES (tenant, head.seq, entry.at, entry.body, head.hash, digest);
    head.hash := digest;
  END LOOP;
  UPDATE public.audit_head h SET seq = head.seq, hash = head.hash WHERE h.tenant_id = tenant;
  PERFORM set_config('app.tenant_id', scope, true);
  RETURN head.seq;
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_append(tenant text, at timestamptz, body text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  SELECT public.audit_append_all(tenant, json_build_array(json_build_object('at', at, 'body', body)))
$$;
--> statement-breakpoint
-- Takes away a tenant's entries up to a number: a retention period is over, or the tenant is gone.
-- It leaves a tombstone, which keeps the hash the rest of the chain begins with, and an entry of its
-- own (audit.erase, naming the number), so an erasure can be seen for ever and told from a gap.
-- Nobody is granted it: a job that erases does so through a function of its own.
CREATE FUNCTION audit_erase(tenant text, through bigint, at timestamptz, body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  erased bigint;
BEGIN
  IF body::jsonb ->> 'event' IS DISTINCT FROM 'audit.erase'
    OR (body::jsonb #>> '{facts,through}')::bigint IS DISTINCT FROM through THEN
    RAISE EXCEPTION 'the entry must be audit.erase and name the same number' USING ERRCODE = '22023';
  END IF;
  PERFORM public.audit_append(tenant, at, body);
  PERFORM set_config('app.tenant_id', tenant, true);
  INSERT INTO public.audit_tombstones (tenant_id, last_seq, hash, at)
    SELECT l.tenant_id, l.seq, l.hash, date_trunc('milliseconds', audit_erase.at)
    FROM public.audit_log l WHERE l.tenant_id = tenant AND l.seq = through;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no entry % to erase through', through USING ERRCODE = '22023';
  END IF;
  DELETE FROM public.audit_log l WHERE l.tenant_id = tenant AND l.seq <= through;
  GET DIAGNOSTICS erased = ROW_COUNT;
  PERFORM set_config('app.tenant_id', scope, true);
  RETURN erased;
END $$;
--> statement-breakpoint
-- Chains that have grown since their last checkpoint and whose turn it is: an hour has gone by, or
-- 10,000 entries came. Crosses tenants as the owner, who sees all heads; answers with what a
-- checkpoint says, no entry among it.
CREATE POLICY checkpoint ON audit_head FOR SELECT TO CURRENT_USER USING (true);
--> statement-breakpoint
CREATE FUNCTION audit_due_checkpoints(most integer) RETURNS TABLE (tenant_id text, seq bigint, hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT h.tenant_id, h.seq, h.hash FROM public.audit_head h
  WHERE h.seq > h.checkpoint_seq AND (
    coalesce(h.checkpoint_at, '-infinity') <= now() - interval '1 hour' OR h.seq - h.checkpoint_seq >= 10000
  )
  ORDER BY h.checkpoint_at NULLS FIRST LIMIT most
$$;
--> statement-breakpoint
-- Notes, after the fact, that a checkpoint is in storage; never backwards.
CREATE FUNCTION audit_checkpointed(tenant text, through bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
  PERFORM set_config('app.tenant_id', tenant, true);
  UPDATE public.audit_head h SET checkpoint_seq = through, checkpoint_at = now()
    WHERE h.tenant_id = tenant AND h.checkpoint_seq < through AND through <= h.seq;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION audit_append_all(text, json), audit_append(text, timestamptz, text),
  audit_erase(text, bigint, timestamptz, text), audit_due_checkpoints(integer),
  audit_checkpointed(text, bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION audit_append(text, timestamptz, text) TO app_user, auth_user;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION audit_append_all(text, json), audit_due_checkpoints(integer),
  audit_checkpointed(text, bigint) TO app_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$ BEGIN
  IF to_regclass('archive_audit_log') IS NOT NULL THEN
    INSERT INTO audit_log (tenant_id, seq, at, body, prev, hash)
      SELECT tenant_id, seq, at, body, prev, hash FROM archive_audit_log;
    INSERT INTO audit_head SELECT * FROM archive_audit_head;
    INSERT INTO audit_tombstones SELECT * FROM archive_audit_tombstones;
    INSERT INTO auth.audit_keys SELECT * FROM auth.archive_audit_keys;
    DROP TABLE archive_audit_log, archive_audit_head, archive_audit_tombstones, auth.archive_audit_keys;
  END IF;
END $$;
--> statement-breakpoint
-- What stands, stands, for the owner too. Entries go where a tombstone covers them; a head moves on,
-- to an entry that is there.
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_refuse_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF EXISTS (
    SELECT FROM public.audit_tombstones t WHERE t.tenant_id = OLD.tenant_id AND t.last_seq >= OLD.seq
  ) THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_move_on() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.tenant_id = OLD.tenant_id AND NEW.checkpoint_seq >= OLD.checkpoint_seq AND (
    (NEW.seq = OLD.seq AND NEW.hash = OLD.hash) OR (NEW.seq > OLD.seq AND EXISTS (
      SELECT FROM public.audit_log l
      WHERE l.tenant_id = NEW.tenant_id AND l.seq = NEW.seq AND l.hash = NEW.hash
    ))
  ) THEN RETURN NEW; END IF;
  RAISE EXCEPTION '% only moves on', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
--> statement-breakpoint
CREATE TRIGGER append_only_rows BEFORE DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete();
--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_tombstones
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
--> statement-breakpoint
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
--> statement-breakpoint
CREATE TRIGGER append_only_rows BEFORE UPDATE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_move_on();
--> statement-breakpoint
-- Last: until here the owner, who runs this file, may move rows of every tenant.
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_head FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE audit_tombstones FORCE ROW LEVEL SECURITY;
