/** What nobody will come back for: accounts left half made, and what has expired. */
import { sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'

/**
 * Removes users without any way to sign in and without an organization, ten minutes after they were
 * made: what stopped between the two left an address that could neither sign in nor sign up. Also
 * tokens, sessions and authorizations of applications a day after their end, authenticators nobody confirmed, invitations a month
 * after theirs, and API keys and bans three months after theirs. What they did stays in the audit log.
 *
 * @returns how many users were removed
 */
export async function sweepOrphans(ctx: IssuerContext): Promise<number> {
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const db = authDatabaseOf(ctx.env)
  const [orphans] = await reaching(
    db.batch([
      db.execute(sql`delete from auth.users u where u.created_at < ${at} - interval '10 minutes'
        and not exists (select from auth.accounts a where a.user_id = u.id)
        and not exists (select from auth.passkeys p where p.user_id = u.id)
        and not exists (select from auth.members m where m.user_id = u.id)`),
      db.execute(sql`delete from auth.verifications where expires_at < ${at} - interval '1 day'`),
      db.execute(sql`delete from auth.sessions where expires_at < ${at} - interval '1 day'`),
      db.execute(sql`delete from auth.oauth_grants where expires_at < ${at} - interval '1 day'`),
      db.execute(sql`delete from auth.oauth_refresh_tokens where expires_at < ${at}`),
      db.execute(sql`delete from auth.two_factors
        where confirmed_at is null and created_at < ${at} - interval '1 hour'`),
      db.execute(sql`delete from auth.invitations where expires_at < ${at} - interval '30 days'`),
      db.execute(sql`delete from auth.api_keys
        where least(expires_at, revoked_at) < ${at} - interval '90 days'`),
      db.execute(sql`delete from auth.bans where expires_at < ${at} - interval '90 days'`),
    ]),
  )
  if (orphans.rowCount > 0) ctx.log.warn('half-made accounts removed', { count: orphans.rowCount })
  return orphans.rowCount
}
