/** A new password for who knows the old one. It ends every other session. */
import { sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { secret } from '../../../shared/secret.ts'
import { auditColumn } from '../../audit/service.ts'
import type { ChangePassword } from '../schemas.ts'
import type { CallerContext } from './caller.ts'
import { type Credential, proveCredential } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { notify } from './notice.ts'
import { checkNewPassword } from './password-policy.ts'
import { hashPassword } from './password.ts'
import { revokeSessions } from './revocation.ts'
import { ownOf } from './session-list.ts'

/**
 * @throws ProblemError forbidden when the current password is wrong; invalid_fields when the new one
 *   is too easy to guess; conflict when it was changed by somebody else at the same moment
 */
export async function changePassword(
  ctx: CallerContext,
  { currentPassword, newPassword }: ChangePassword,
): Promise<void> {
  const credential = await proveCredential(ctx, currentPassword)
  await checkNewPassword(ctx, newPassword, credential, '/newPassword')
  const pepper = await secret(ctx.env, 'PASSWORD_PEPPER')
  const hash = await hashPassword(pepper.current, newPassword)
  const ended = await replaceHash(ctx, credential, hash)
  await revokeSessions(ctx, ended)
  notify(ctx, credential, 'password')
}

/** One statement: the hash, the end of the other sessions and the record, or nothing. */
async function replaceHash(ctx: CallerContext, old: Credential, hash: string): Promise<string[]> {
  const { sessionId } = ownOf(ctx)
  const at = ctx.now().toISOString()
  const resource = { type: 'user', id: old.userId }
  const { rows } = await reaching(
    authDatabaseOf(ctx.env).execute<{ ended: string[] }>(sql`
      with changed as (
        update auth.accounts set password = ${hash}, updated_at = ${at}::timestamptz
        where user_id = ${old.userId} and provider_id = 'credential' and password = ${old.hash}
        returning user_id
      ), ended as (
        delete from auth.sessions s using changed
        where s.user_id = changed.user_id and s.id <> ${sessionId} returning s.id
      ), unused as (
        delete from auth.verifications v using changed
        where v.identifier = 'reset-password:' || changed.user_id
      )
      select array(select id from ended) as ended,
        ${auditColumn(ctx, 'auth.password.change', { resource })} from changed`),
  )
  if (rows[0]) return rows[0].ended
  throw new ProblemError(
    'conflict',
    'The password was changed meanwhile; sign in with the new one.',
  )
}
