/**
 * A new password for who can read the account's mail. It ends every session and opens none: a
 * second factor stays in the way of the next sign-in (OWASP ASVS 5.0, 6.4.3).
 */
import { sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { secret } from '../../../shared/secret.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type { ResetPassword } from '../schemas.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { linkTo, sendMail } from './mail.ts'
import { notify } from './notice.ts'
import { createToken, findToken, isTooSoon, type OneTimeToken } from './one-time-token.ts'
import { checkNewPassword } from './password-policy.ts'
import { hashPassword } from './password.ts'
import { findPerson, type Person } from './person.ts'
import { revokeSessions } from './revocation.ts'
import { verifications } from './tables.ts'

/** Answers alike, and in the same time, whether there is such an account: the rest comes after. */
export async function requestReset(ctx: IssuerContext, email: string): Promise<void> {
  const person = await findPerson(ctx, { email })
  if (person) ctx.defer(mailReset(ctx, person))
}

async function mailReset(ctx: IssuerContext, person: Person): Promise<void> {
  const { userId, email, name, tenantId } = person
  if (await isTooSoon(ctx, 'reset-password', userId)) return
  const { token, row } = createToken(ctx, 'reset-password', userId)
  const db = authDatabaseOf(ctx.env)
  const details = { ...tenantId, resource: { type: 'user', id: userId } }
  await reaching(
    db.batch([
      db.insert(verifications).values(row),
      db.execute(auditEntry(ctx, 'auth.password.reset.request', details)),
    ]),
  )
  const url = linkTo(ctx, 'reset-password', token)
  await sendMail(ctx, email, { template: 'reset-password', data: { url, name } })
}

/**
 * Of several with one link one wins.
 *
 * @throws ProblemError invalid_fields when the link was used or is over an hour old, or when the
 *   password is too easy to guess
 */
export async function resetPassword(
  ctx: IssuerContext,
  { token, newPassword }: ResetPassword,
): Promise<void> {
  const known = await findToken(ctx, token, 'reset-password')
  const person = known && (await findPerson(ctx, { userId: known.subject }))
  if (!person) throw staleLink()
  await checkNewPassword(ctx, newPassword, person, '/newPassword')
  const pepper = await secret(ctx.env, 'PASSWORD_PEPPER')
  const hash = await hashPassword(pepper.current, newPassword)
  await revokeSessions(ctx, await useReset(ctx, known, person, hash))
  notify(ctx, person, 'password')
}

/** One statement. Who never had a password gets one; the link proves the address as well. */
async function useReset(
  ctx: IssuerContext,
  { id }: OneTimeToken,
  { userId, tenantId }: Person,
  hash: string,
): Promise<string[]> {
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const actor = { type: 'user', userId } as const
  const details = { ...tenantId, actor, resource: { type: 'user', id: userId } }
  const { rows } = await reaching(
    authDatabaseOf(ctx.env).execute<{ ended: string[] }>(sql`
      with used as (
        delete from auth.verifications where id = ${id} and expires_at > ${at} returning id
      ), changed as (
        insert into auth.accounts (id, account_id, provider_id, user_id, password, created_at, updated_at)
        select ${newId(ctx.now())}, ${userId}, 'credential', ${userId}, ${hash}, ${at}, ${at} from used
        on conflict (provider_id, account_id) do update set password = excluded.password, updated_at = ${at}
        returning user_id
      ), verified as (
        update auth.users u set email_verified = true from changed where u.id = changed.user_id
      ), ended as (
        delete from auth.sessions s using changed where s.user_id = changed.user_id returning s.id
      ), others as (
        delete from auth.verifications v using changed
        where v.identifier in ('reset-password:' || changed.user_id, 'second-factor:' || changed.user_id)
          and v.id <> ${id}
      )
      select array(select id from ended) as ended,
        ${auditColumn(ctx, 'auth.password.reset', details)} from changed`),
  )
  if (!rows[0]) throw staleLink()
  return rows[0].ended
}

/** The same for a link that was used, is too old or never was. */
export function staleLink(): ProblemError {
  const detail = 'was used, has expired or was never ours; ask for a new mail'
  const errors = [{ in: 'json', pointer: '/token', detail }]
  return new ProblemError('invalid_fields', 'This link does not work any more.', { errors })
}
