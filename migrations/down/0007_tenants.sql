-- Rows are put aside first, where no other role looks either; the up migration brings them back.
CREATE TABLE auth.archive_roles AS SELECT * FROM auth.roles;
--> statement-breakpoint
CREATE TABLE auth.archive_tenant_deletions AS SELECT * FROM auth.tenant_deletions;
--> statement-breakpoint
CREATE TABLE auth.archive_invitation_tokens AS
  SELECT id, token_hash FROM auth.invitations WHERE token_hash IS NOT NULL;
--> statement-breakpoint
CREATE TABLE auth.archive_platform_users AS SELECT id FROM auth.users WHERE is_platform;
--> statement-breakpoint
DROP FUNCTION public.assert_bound, auth.change_role, auth.remove_member, auth.accept_invitation,
  auth.delete_user, auth.rename_tenant, auth.delete_role, auth.invite, auth.close_due_tenants,
  auth.erase_tenant, auth.count_tenants, auth.count_tenant, auth.keep_owner, auth.check_role, auth.lock_tenant, auth.refuse;
--> statement-breakpoint
DROP INDEX auth.invitations_pending, auth.invitations_token_hash;
--> statement-breakpoint
ALTER TABLE auth.invitations DROP COLUMN token_hash;
--> statement-breakpoint
ALTER TABLE auth.users DROP COLUMN is_platform;
--> statement-breakpoint
DROP TABLE auth.roles;
--> statement-breakpoint
DROP TABLE auth.tenant_deletions;
