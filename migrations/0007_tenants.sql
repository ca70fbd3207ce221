CREATE TABLE "auth"."roles" (
	"organization_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"permissions" text[] NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "roles_organization_id_name_pk" PRIMARY KEY("organization_id","name")
);
--> statement-breakpoint
CREATE TABLE "auth"."tenant_deletions" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"erased_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "auth"."invitations" ADD COLUMN "token_hash" text;
--> statement-breakpoint
ALTER TABLE "auth"."users" ADD COLUMN "is_platform" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
ALTER TABLE "auth"."roles" ADD CONSTRAINT "roles_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "auth"."organizations"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_token_hash" ON "auth"."invitations" USING btree ("token_hash");
--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_pending" ON "auth"."invitations" USING btree ("organization_id","email") WHERE status = 'pending';
--> statement-breakpoint
-- From here by hand. Refuses roles that row-level security does not bind: superusers, those who may
-- bypass it, and whoever owns a table or is a member of its owner. Runs as the caller.
CREATE FUNCTION assert_bound() RETURNS void LANGUAGE plpgsql STABLE SET search_path = '' AS $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls)
  ) OR EXISTS (
    SELECT FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND pg_has_role(current_user, c.relowner, 'MEMBER')
  ) THEN
    RAISE EXCEPTION 'row-level security does not bind %', current_user USING ERRCODE = 'VA500';
  END IF;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.roles, auth.tenant_deletions TO auth_user;
--> statement-breakpoint
-- The functions below change what a tenant's people are in both schemas at once. Whatever changes
-- who is in a tenant, or as what, first locks the tenant, so that two of them never decide on what
-- the other is about to change. A refusal is an exception of class VA, which undoes the whole batch;
-- its message is a word that workers/identity/issuer/refusal.ts knows.
CREATE FUNCTION auth.refuse(reason text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION '%', reason USING ERRCODE = 'VA409';
END $$;
--> statement-breakpoint
CREATE FUNCTION auth.lock_tenant(tenant text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM FROM auth.organizations o WHERE o.id = tenant FOR UPDATE;
  IF NOT FOUND THEN PERFORM auth.refuse('no_tenant'); END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION auth.check_role(tenant text, name text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF name NOT IN ('viewer', 'user', 'editor', 'admin', 'owner') AND NOT EXISTS (
    SELECT FROM auth.roles r WHERE r.organization_id = tenant AND r.name = check_role.name
  ) THEN PERFORM auth.refuse('no_role'); END IF;
END $$;
--> statement-breakpoint
-- Whether a tenant would be left without an owner if this one were none; the tenant is locked.
CREATE FUNCTION auth.keep_owner(tenant text, held text) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF held = 'owner' AND 2 > (
    SELECT count(*) FROM auth.members m WHERE m.organization_id = tenant AND m.role = 'owner'
  ) THEN PERFORM auth.refuse('last_owner'); END IF;
END $$;
--> statement-breakpoint
-- `expected` is the role the caller saw and was judged by: should it be another by now, nothing happens.
CREATE FUNCTION auth.change_role(tenant text, member text, expected text, wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
  PERFORM auth.lock_tenant(tenant);
  PERFORM auth.check_role(tenant, wanted);
  IF wanted <> 'owner' AND expected = 'owner' THEN PERFORM auth.keep_owner(tenant, expected); END IF;
  UPDATE auth.members m SET role = wanted
    WHERE m.organization_id = tenant AND m.user_id = member AND m.role = expected;
  IF NOT FOUND THEN PERFORM auth.refuse('changed_meanwhile'); END IF;
  PERFORM set_config('app.tenant_id', tenant, true);
  UPDATE public.users u SET role = wanted WHERE u.tenant_id = tenant AND u.id = member;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
CREATE FUNCTION auth.remove_member(tenant text, member text, expected text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
  PERFORM auth.lock_tenant(tenant);
  PERFORM auth.keep_owner(tenant, m.role) FROM auth.members m
    WHERE m.organization_id = tenant AND m.user_id = member;
  DELETE FROM auth.members m
    WHERE m.organization_id = tenant AND m.user_id = member AND m.role = expected;
  IF NOT FOUND THEN PERFORM auth.refuse('changed_meanwhile'); END IF;
  UPDATE auth.sessions s SET active_organization_id = NULL
    WHERE s.user_id = member AND s.active_organization_id = tenant;
  PERFORM set_config('app.tenant_id', tenant, true);
  DELETE FROM public.users u WHERE u.tenant_id = tenant AND u.id = member;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
-- Uses an invitation up, for the user it was sent to. Of several at once the first to lock the tenant wins.
CREATE FUNCTION auth.accept_invitation(hash text, member text, membership text, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  invitation auth.invitations;
BEGIN
  -- The tenant before the invitation, as in auth.invite: two orders would be a deadlock.
  PERFORM auth.lock_tenant(i.organization_id) FROM auth.invitations i WHERE i.token_hash = hash;
  UPDATE auth.invitations i SET status = 'accepted'
    WHERE i.token_hash = hash AND i.status = 'pending' AND i.expires_at > at
      AND EXISTS (SELECT FROM auth.users u WHERE u.id = member AND u.email = i.email)
    RETURNING i.* INTO invitation;
  IF NOT FOUND THEN PERFORM auth.refuse('no_invitation'); END IF;
  PERFORM auth.check_role(invitation.organization_id, invitation.role);
  INSERT INTO auth.members (id, organization_id, user_id, role, created_at)
    VALUES (membership, invitation.organization_id, member, invitation.role, at)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN PERFORM auth.refuse('is_member'); END IF;
  PERFORM set_config('app.tenant_id', invitation.organization_id, true);
  INSERT INTO public.users (tenant_id, id, email, name, role, created_at)
    SELECT invitation.organization_id, u.id, u.email, u.name, invitation.role, at
    FROM auth.users u WHERE u.id = member;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
-- A user's account with all that hangs on it; an only owner of a tenant must find another first.
CREATE FUNCTION auth.delete_user(member text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  held record;
BEGIN
  FOR held IN
    SELECT m.organization_id AS tenant, m.role FROM auth.members m WHERE m.user_id = member ORDER BY 1
  LOOP
    PERFORM auth.remove_member(held.tenant, member, held.role);
  END LOOP;
  DELETE FROM auth.users u WHERE u.id = member;
END $$;
--> statement-breakpoint
CREATE FUNCTION auth.rename_tenant(tenant text, wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
  UPDATE auth.organizations o SET name = wanted WHERE o.id = tenant;
  PERFORM set_config('app.tenant_id', tenant, true);
  UPDATE public.tenants t SET name = wanted WHERE t.id = tenant;
  PERFORM set_config('app.tenant_id', scope, true);
END $$;
--> statement-breakpoint
-- A role that somebody holds, or is invited to hold, stays; the refusal says how many they are.
CREATE FUNCTION auth.delete_role(tenant text, name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  held bigint;
  invited bigint;
BEGIN
  PERFORM auth.lock_tenant(tenant);
  SELECT count(*) INTO held FROM auth.members m
    WHERE m.organization_id = tenant AND m.role = delete_role.name;
  SELECT count(*) INTO invited FROM auth.invitations i
    WHERE i.organization_id = tenant AND i.role = delete_role.name AND i.status = 'pending';
  IF held + invited > 0 THEN PERFORM auth.refuse(format('role_in_use %s %s', held, invited)); END IF;
  DELETE FROM auth.roles r WHERE r.organization_id = tenant AND r.name = delete_role.name;
  IF NOT FOUND THEN PERFORM auth.refuse('no_role'); END IF;
END $$;
--> statement-breakpoint
-- Invites, or invites again: an invitation that waits gets the new token and role, and starts anew.
CREATE FUNCTION auth.invite(
  tenant text, invitation text, address text, wanted text, inviter text, hash text,
  at timestamptz, until timestamptz
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  stored text;
BEGIN
  PERFORM auth.lock_tenant(tenant);
  PERFORM auth.check_role(tenant, wanted);
  IF EXISTS (
    SELECT FROM auth.members m JOIN auth.users u ON u.id = m.user_id
    WHERE m.organization_id = tenant AND u.email = address
  ) THEN PERFORM auth.refuse('is_member'); END IF;
  INSERT INTO auth.invitations AS i
      (id, organization_id, email, role, status, expires_at, created_at, inviter_id, token_hash)
    VALUES (invitation, tenant, address, wanted, 'pending', until, at, inviter, hash)
    ON CONFLICT (organization_id, email) WHERE status = 'pending'
    DO UPDATE SET role = wanted, expires_at = until, inviter_id = inviter, token_hash = hash
    RETURNING i.id INTO stored;
  RETURN stored;
END $$;
--> statement-breakpoint
-- Ends the membership of all in tenants whose time has come; their rows go later (auth.erase_tenant).
CREATE FUNCTION auth.close_due_tenants(at timestamptz, most integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  tenant text;
BEGIN
  FOR tenant IN
    SELECT d.tenant_id FROM auth.tenant_deletions d WHERE d.closed_at IS NULL AND d.due_at <= at
    ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED
  LOOP
    UPDATE auth.tenant_deletions d SET closed_at = at WHERE d.tenant_id = tenant;
    DELETE FROM auth.organizations o WHERE o.id = tenant;
    UPDATE auth.sessions s SET active_organization_id = NULL WHERE s.active_organization_id = tenant;
    RETURN NEXT tenant;
  END LOOP;
END $$;
--> statement-breakpoint
-- Takes away the rows of a closed tenant, at most so many documents per call, and says how many
-- documents are left; at 0 nothing is. The audit log stays: it is what proves the deletion.
CREATE FUNCTION auth.erase_tenant(tenant text, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
  remaining bigint;
BEGIN
  PERFORM FROM auth.tenant_deletions d WHERE d.tenant_id = tenant AND d.closed_at IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN PERFORM auth.refuse('not_closed'); END IF;
  PERFORM set_config('app.tenant_id', tenant, true);
  DELETE FROM public.kb_documents k WHERE k.tenant_id = tenant AND k.id IN (
    SELECT d.id FROM public.kb_documents d WHERE d.tenant_id = tenant LIMIT most
  );
  SELECT count(*) INTO remaining FROM public.kb_documents k WHERE k.tenant_id = tenant;
  IF remaining = 0 THEN DELETE FROM public.tenants t WHERE t.id = tenant; END IF;
  PERFORM set_config('app.tenant_id', scope, true);
  RETURN remaining;
END $$;
--> statement-breakpoint
-- A tenant for those who run the platform: ids and counts only; no row when there is none by that id.
CREATE FUNCTION auth.count_tenant(tenant text)
RETURNS TABLE (tenant_id text, members bigint, documents bigint, flags bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  scope text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
  SELECT o.id, (SELECT count(*) FROM auth.members m WHERE m.organization_id = o.id)
    INTO tenant_id, members FROM auth.organizations o WHERE o.id = tenant;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM set_config('app.tenant_id', tenant, true);
  SELECT count(*) INTO documents FROM public.kb_documents k WHERE k.tenant_id = tenant;
  SELECT count(*) INTO flags FROM public.feature_flags f WHERE f.tenant_id = tenant;
  PERFORM set_config('app.tenant_id', scope, true);
  RETURN NEXT;
END $$;
--> statement-breakpoint
-- Tenants after `cursor`, in the order of ids.
CREATE FUNCTION auth.count_tenants(cursor text, most integer)
RETURNS TABLE (tenant_id text, members bigint, documents bigint, flags bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.* FROM (
    SELECT o.id FROM auth.organizations o WHERE o.id > cursor ORDER BY o.id LIMIT most
  ) t CROSS JOIN LATERAL auth.count_tenant(t.id) c ORDER BY t.id
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION auth.change_role, auth.remove_member, auth.accept_invitation,
  auth.delete_user, auth.rename_tenant, auth.delete_role, auth.invite, auth.close_due_tenants,
  auth.erase_tenant, auth.count_tenant, auth.count_tenants FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION auth.change_role, auth.remove_member, auth.accept_invitation,
  auth.delete_user, auth.rename_tenant, auth.delete_role, auth.invite,
  auth.close_due_tenants, auth.erase_tenant, auth.count_tenant, auth.count_tenants TO auth_user;
--> statement-breakpoint
-- Rows that a down migration put aside come back; before the first one there are none.
DO $$ BEGIN
  IF to_regclass('auth.archive_roles') IS NOT NULL THEN
    INSERT INTO auth.roles SELECT * FROM auth.archive_roles;
    INSERT INTO auth.tenant_deletions SELECT * FROM auth.archive_tenant_deletions;
    UPDATE auth.invitations i SET token_hash = a.token_hash
      FROM auth.archive_invitation_tokens a WHERE a.id = i.id;
    UPDATE auth.users u SET is_platform = true FROM auth.archive_platform_users a WHERE a.id = u.id;
    DROP TABLE auth.archive_roles, auth.archive_tenant_deletions, auth.archive_invitation_tokens,
      auth.archive_platform_users;
  END IF;
END $$;
