/**
 * Signing in: a password, or an account elsewhere (federation.ts), and then the second factor where there is one. Between the two there is no
 * session, only a ticket that is good for the second half, once, for ten minutes.
 */
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn } from '../../audit/service.ts'
import { PROVIDER_IDS } from '../federation-schemas.ts'
import type { PendingSignIn, SecondFactor, SignIn } from '../schemas.ts'
import type { IssuerContext } from './context.ts'
import { provePassword } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { createToken, findToken, type OneTimeToken } from './one-time-token.ts'
import { findPerson } from './person.ts'
import { refusing } from './refusal.ts'
import { signInColumn } from './session-audit.ts'
import { insertSession, sessionRow } from './session-row.ts'
import { endFormer, handOver, type Opened, startSession } from './session.ts'
import { verifications } from './tables.ts'
import { type Factor, proveFactor, wrongCode } from './two-factor.ts'

/**
 * RFC 8176, section 2: a password, a one-time password, and that these were several. It has no name
 * for an account elsewhere; `fed` is ours.
 */
const AMR = { password: 'pwd', elsewhere: 'fed', second: 'otp mfa' }

/** What came before the code. */
const First = z.enum(['password', ...PROVIDER_IDS])
type First = z.infer<typeof First>

/** @throws ProblemError as `provePassword` */
export async function signIn(
  ctx: IssuerContext,
  credentials: SignIn,
  headers: Headers,
): Promise<Opened | PendingSignIn> {
  const { userId, hasSecondFactor } = await provePassword(ctx, credentials)
  if (!hasSecondFactor)
    return startSession(ctx, { userId, amr: AMR.password, method: 'password' }, headers)
  return askSecondFactor(ctx, userId, 'password')
}

/** A ticket for the second half. @param first What the user has shown so far */
export async function askSecondFactor(
  ctx: IssuerContext,
  userId: string,
  first: First,
): Promise<PendingSignIn> {
  const { token: ticket, row } = createToken(ctx, 'second-factor', userId, first)
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
  const first = First.safeParse(pending?.value).data
  if (!pending || !first) throw staleTicket()
  const factor = await proveFactor(ctx, pending.subject, code)
  const amr = `${first === 'password' ? AMR.password : AMR.elsewhere} ${AMR.second}`
  const row = sessionRow(ctx, { userId: pending.subject, amr }, headers)
  await redeem(ctx, pending, factor, row, first)
  await endFormer(ctx, headers)
  return handOver(ctx, row.token)
}

/** One statement: code and ticket used up, the session there, and the records of it; or nothing. */
async function redeem(
  ctx: IssuerContext,
  { id, subject: userId }: OneTimeToken,
  { type, use }: Factor,
  session: ReturnType<typeof sessionRow>,
  method: First,
): Promise<void> {
  const person = await findPerson(ctx, { userId })
  const actor = { type: 'user', userId, sessionId: session.id } as const
  const resource = { type: 'user', id: userId }
  const details = { ...person?.tenantId, actor, resource, facts: { method: type } }
  const opener = { userId, sessionId: session.id, tenantId: person?.tenantId.tenantId, method }
  const { rowCount } = await refusing(
    authDatabaseOf(ctx.env).execute(sql`
      with factor as (${use}), ticket as (
        delete from auth.verifications v using factor where v.id = ${id} returning v.id
      ), cleared as (
        update auth.two_factors f set failures = 0, locked_until = null from factor
        where ${type === 'backup-code'} and f.user_id = factor.user_id
      ), opened as (
        ${insertSession(session, sql`ticket`)}
      )
      select ${auditColumn(ctx, 'auth.mfa.ok', details)}, ${signInColumn(ctx, opener)} from opened`),
  )
  if (rowCount === 0) throw wrongCode(ctx, userId)
}

const staleTicket = () =>
  new ProblemError('unauthenticated', 'This sign-in took too long; begin again.')
