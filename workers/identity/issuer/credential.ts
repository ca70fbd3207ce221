/** Passwords as they are kept, and the proof that somebody knows one. */
import { and, eq, isNotNull } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { secret, valuesOf } from '../../../shared/secret.ts'
import type { SignIn } from '../schemas.ts'
import type { CallerContext } from './caller.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { twoFactors } from './factor-tables.ts'
import { hashPassword, isOutdated, verifyPassword } from './password.ts'
import { recordFailedSignIn } from './session-audit.ts'
import { ownOf } from './session-list.ts'
import { accounts, users } from './tables.ts'

export interface Credential {
  userId: string
  email: string
  name: string
  /** PHC string; phc.ts. */
  hash: string
  hasSecondFactor: boolean
}

/**
 * Whoever signs in. For an unknown address a password is hashed all the same, so that the time of
 * an answer does not tell who has an account (OWASP ASVS 5.0, 6.3.8).
 *
 * @throws ProblemError unauthenticated, the same for an unknown address and for a wrong password
 */
export async function provePassword(
  ctx: IssuerContext,
  { email, password }: SignIn,
): Promise<Credential> {
  const peppers = await secret(ctx.env, 'PASSWORD_PEPPER')
  const credential = await findCredential(ctx, eq(users.email, email))
  if (!credential) {
    await hashPassword(peppers.current, password)
    throw refuse(ctx, email)
  }
  const { hash } = credential
  if (!(await verifyPassword(valuesOf(peppers), password, hash))) throw refuse(ctx, email)
  if (isOutdated(peppers.current, hash)) {
    await rehash(ctx, hash, await hashPassword(peppers.current, password))
  }
  return credential
}

/**
 * The caller's credential, when `password` is theirs: asked again before anything that would let a
 * found laptop become a lost account.
 *
 * @throws ProblemError forbidden otherwise; it is not unauthenticated, for the session is good
 */
export async function proveCredential(ctx: CallerContext, password: string): Promise<Credential> {
  const credential = await findCredential(ctx, eq(users.id, ownOf(ctx).userId))
  if (!credential) {
    throw new ProblemError('forbidden', 'This account has no password; set one by a reset first.')
  }
  const peppers = valuesOf(await secret(ctx.env, 'PASSWORD_PEPPER'))
  if (await verifyPassword(peppers, password, credential.hash)) return credential
  throw new ProblemError('forbidden', 'The password is wrong.')
}

async function findCredential(
  { env }: IssuerContext,
  which: ReturnType<typeof eq>,
): Promise<Credential | undefined> {
  const isPassword = and(eq(accounts.userId, users.id), eq(accounts.providerId, 'credential'))
  const isConfirmed = and(eq(twoFactors.userId, users.id), isNotNull(twoFactors.confirmedAt))
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({
        userId: users.id,
        email: users.email,
        name: users.name,
        hash: accounts.password,
        secondFactor: twoFactors.userId,
      })
      .from(users)
      .innerJoin(accounts, isPassword)
      .leftJoin(twoFactors, isConfirmed)
      .where(which),
  )
  if (!row?.hash) return undefined
  const { secondFactor, hash, ...user } = row
  return { ...user, hash, hasSecondFactor: secondFactor !== null }
}

/** Hashes are salted, so one names its account; a change made meanwhile is not overwritten. */
async function rehash({ env }: IssuerContext, old: string, password: string): Promise<void> {
  await reaching(
    authDatabaseOf(env).update(accounts).set({ password }).where(eq(accounts.password, old)),
  )
}

function refuse(ctx: IssuerContext, email: string): ProblemError {
  recordFailedSignIn(ctx, email)
  return new ProblemError('unauthenticated', 'The e-mail address or the password is wrong.')
}
