/**
 * Signing in: a password, and then the second factor where there is one. Between the two there is no
 * session, only a ticket that is good for the second half, once, for ten minutes.
 */
import { sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn } from '../../audit/service.ts'
import type { PendingSignIn, SecondFactor, SignIn } from '../schemas.ts'
import type { IssuerContext } from './context.ts'
import { provePassword } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { createToken, findToken, type OneTimeToken } from './one-time-token.ts'
import { findPerson } from './person.ts'
import { sessionRow } from './session-row.ts'
import { endFormer, type Opened, present, startSession } from './session.ts'
import { verifications } from './tables.ts'
import { type Factor, proveFactor, wrongCode } from './two-factor.ts'

/** RFC 8176, section 2: a password, a one-time password, and that these were several. */
const AMR = { first: 'pwd', both: 'pwd otp mfa' }

/** @throws ProblemError as `provePassword` and `startSession` */
export async function signIn(
  ctx: IssuerContext,
  credentials: SignIn,
  headers: Headers,
): Promise<Opened | PendingSignIn> {
  const { userId, hasSecondFactor } = await provePassword(ctx, credentials)
  if (!hasSecondFactor) return startSession(ctx, { userId, amr: AMR.first }, headers)
  const { token: ticket, row } = createToken(ctx, 'second-factor', userId)
  await reaching(authDatabaseOf(ctx.env).insert(verifications).values(row))
  return { ticket, methods: ['totp', 'backup-code'], expiresAt: row.expiresAt.toISOString() }
}

/**
 * Of several with one code, or with one ticket, one wins.
 *
 * @throws ProblemError unauthenticated for a wrong or used code or ticket; rate_limited after ten
 *   wrong codes in a row
 */
export async function finishSignIn(
  ctx: IssuerContext,
  { ticket, code }: SecondFactor,
  headers: Headers,
): Promise<Opened> {
  const pending = await findToken(ctx, ticket, 'second-factor')
  if (!pending) throw staleTicket()
  const factor = await proveFactor(ctx, pending.subject, code)
  const row = sessionRow(ctx, { userId: pending.subject, amr: AMR.both }, headers)
  await redeem(ctx, pending, factor, row)
  await endFormer(ctx, headers)
  return present(ctx, row.token)
}

/** One statement: code and ticket used up, the session there, and the record of it; or nothing. */
async function redeem(
  ctx: IssuerContext,
  { id, subject: userId }: OneTimeToken,
  { type, use }: Factor,
  session: ReturnType<typeof sessionRow>,
): Promise<void> {
  const time = (date: Date) => sql`${date.toISOString()}::timestamptz`
  const person = await findPerson(ctx, { userId })
  const actor = { type: 'user', userId, sessionId: session.id } as const
  const resource = { type: 'user', id: userId }
  const details = { ...person?.tenantId, actor, resource, facts: { method: type } }
  const { rowCount } = await reaching(
    authDatabaseOf(ctx.env).execute(sql`
      with factor as (${use}), ticket as (
        delete from auth.verifications v using factor where v.id = ${id} returning v.id
      ), cleared as (
        update auth.two_factors f set failures = 0, locked_until = null from factor
        where ${type === 'backup-code'} and f.user_id = factor.user_id
      ), opened as (
        insert into auth.sessions
          (id, expires_at, token, created_at, updated_at, ip_address, user_agent, user_id, amr)
        select ${session.id}, ${time(session.expiresAt)}, ${session.token}, ${time(session.createdAt)},
          ${time(session.updatedAt)}, ${session.ipAddress}, ${session.userAgent}, factor.user_id, ${session.amr}
        from ticket, factor returning id
      )
      select ${auditColumn(ctx, 'auth.mfa.ok', details)} from opened`),
  )
  if (rowCount === 0) throw wrongCode()
}

const staleTicket = () =>
  new ProblemError('unauthenticated', 'This sign-in took too long; begin again with the password.')
