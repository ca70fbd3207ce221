/**
 * The second factor: an authenticator app, and backup codes for the day it is lost. Postgres decides
 * that a code is used once and that ten wrong ones lock it: each try takes a place before it is
 * looked at, so guesses made at the same time count as well.
 */
import { createHash } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { secret, valuesOf } from '../../../shared/secret.ts'
import { readBackupCode } from '../backup-codes.ts'
import { stepOf } from '../totp.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { unseal } from './key-vault.ts'
import { recordFailedFactor } from './session-audit.ts'

/** Wrong codes in a row until nothing is taken, and for how many minutes. */
const LOCK = { failures: 10, minutes: 15 }

/** What made the code good: the statement that uses it up says so, and can say so once. */
export interface Factor {
  type: 'totp' | 'backup-code'
  /**
   * A query that answers with one row `user_id` when it used the code, and with none when another
   * did; for a `with` of the caller's.
   */
  use: SQL
}

/**
 * @param isPending whether an authenticator that is not confirmed yet is meant
 * @throws ProblemError unauthenticated for a wrong code; rate_limited while the account is locked
 */
export async function proveFactor(
  ctx: IssuerContext,
  userId: string,
  code: string,
  isPending = false,
): Promise<Factor> {
  const { shared, isLast } = await takePlace(ctx, userId, isPending)
  const typed = code.replaceAll(/[\s-]/g, '')
  if (/^\d{6}$/.test(typed)) {
    const step = await stepOf(shared, typed, ctx.now())
    if (step !== undefined) return { type: 'totp', use: useStep(userId, step) }
  }
  const backup = isPending ? undefined : readBackupCode(code)
  if (backup) return { type: 'backup-code', use: useBackupCode(userId, backup) }
  throw wrongCode(ctx, userId, isLast)
}

interface Place {
  shared: Uint8Array
  /** Whether the account is locked, should this code be wrong. */
  isLast: boolean
}

/**
 * For who is signed in: a wrong code refuses the act, as a wrong password does, and says nothing
 * against the session. A client that took it for an old token would send the same code again.
 *
 * @throws ProblemError forbidden for a wrong code; conflict and rate_limited as `proveFactor`
 */
export function proveOwnFactor(
  ctx: IssuerContext,
  userId: string,
  code: string,
  isPending = false,
): Promise<Factor> {
  return proveFactor(ctx, userId, code, isPending).catch((error: unknown) => {
    const isWrong = error instanceof ProblemError && error.code === 'unauthenticated'
    throw isWrong ? new ProblemError('forbidden', error.message) : error
  })
}

/** Of two acts with one code, the second. */
export const refusedCode = (ctx: IssuerContext, userId: string) =>
  new ProblemError('forbidden', wrongCode(ctx, userId).message)

/**
 * Uses a code up, where nothing else belongs into the same statement.
 *
 * @throws ProblemError as `proveOwnFactor`
 */
export async function spendFactor(
  ctx: IssuerContext,
  userId: string,
  code: string,
  isPending = false,
): Promise<void> {
  const { use } = await proveOwnFactor(ctx, userId, code, isPending)
  const { rowCount } = await reaching(authDatabaseOf(ctx.env).execute(use))
  if (rowCount === 0) throw refusedCode(ctx, userId)
}

/** Counts the try as a wrong one; the statement that uses the code takes that back. */
async function takePlace(ctx: IssuerContext, userId: string, isPending: boolean): Promise<Place> {
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const count = sql`case when locked_until <= ${at} then 1 else failures + 1 end`
  const { rows } = await reaching(
    authDatabaseOf(ctx.env).execute<{ secret: string; is_last: boolean }>(sql`
      update auth.two_factors set failures = ${count},
        locked_until = case when ${count} >= ${LOCK.failures}
          then ${at} + make_interval(mins => ${LOCK.minutes}) end
      where user_id = ${userId} and (confirmed_at is null) = ${isPending}
        and (locked_until is null or locked_until <= ${at})
      returning secret, locked_until is not null as is_last`),
  )
  const [row] = rows
  if (row) {
    const secrets = valuesOf(await secret(ctx.env, 'AUTH_SECRET'))
    const shared = Buffer.from(await unseal(secrets, userId, row.secret), 'base64')
    return { shared, isLast: row.is_last }
  }
  throw await lockedOrMissing(ctx, userId, isPending)
}

async function lockedOrMissing(ctx: IssuerContext, userId: string, isPending: boolean) {
  const { rows } = await reaching(
    authDatabaseOf(ctx.env).execute<{ seconds: number }>(sql`
      select ceil(extract(epoch from locked_until - ${ctx.now().toISOString()}::timestamptz))::int as seconds
      from auth.two_factors
      where user_id = ${userId} and (confirmed_at is null) = ${isPending} and locked_until is not null`),
  )
  const [row] = rows
  if (!row) return new ProblemError('conflict', 'There is no authenticator to ask for a code.')
  const detail = 'Too many wrong codes. Wait a quarter of an hour, then try again.'
  return new ProblemError('rate_limited', detail, { retryAfterSeconds: Math.max(row.seconds, 1) })
}

const useStep = (userId: string, step: number) => sql`
  update auth.two_factors set last_step = ${step}, failures = 0, locked_until = null
  where user_id = ${userId} and last_step < ${step} returning user_id`

const useBackupCode = (userId: string, code: string) => sql`
  delete from auth.backup_codes where user_id = ${userId} and hash = ${hashOfCode(code)}
  returning user_id`

/** @param code as `readBackupCode` has it */
export const hashOfCode = (code: string) => createHash('sha256').update(code).digest('hex')

/** The refusal of a code that is wrong or was used; the log of the account's tenants hears of it. */
export function wrongCode(ctx: IssuerContext, userId: string, isLocked = false): ProblemError {
  recordFailedFactor(ctx, userId, isLocked)
  const detail = 'The code is wrong, or was used before; wait for the next.'
  return new ProblemError('unauthenticated', detail)
}
