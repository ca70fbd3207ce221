/** One's own second factor: set up, confirmed, turned off, and new backup codes. */
import { randomBytes } from 'node:crypto'
import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { secret } from '../../../shared/secret.ts'
import { auditColumn } from '../../audit/service.ts'
import { BACKUP_CODE_BYTES, readBackupCode, toBackupCode } from '../backup-codes.ts'
import type { BackupCodes, NewAuthenticator, TwoFactor } from '../schemas.ts'
import { toBase32, totpUri } from '../totp.ts'
import type { CallerContext } from './caller.ts'
import { proveCredential } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { backupCodes, twoFactors } from './factor-tables.ts'
import { seal } from './key-vault.ts'
import { notify } from './notice.ts'
import { findPerson } from './person.ts'
import { ownOf } from './session-list.ts'
import { hashOfCode, proveOwnFactor, refusedCode, spendFactor } from './two-factor.ts'

/** Bytes; RFC 4226, section 4 asks for 20. */
const SECRET_BYTES = 20
const CODES = 10

export async function getTwoFactor(ctx: CallerContext): Promise<TwoFactor> {
  const { userId } = ownOf(ctx)
  const db = authDatabaseOf(ctx.env)
  const isOn = and(eq(twoFactors.userId, userId), isNotNull(twoFactors.confirmedAt))
  const [factors, codes] = await reaching(
    db.batch([
      db.select({ since: twoFactors.confirmedAt }).from(twoFactors).where(isOn),
      db.select({ hash: backupCodes.hash }).from(backupCodes).where(eq(backupCodes.userId, userId)),
    ]),
  )
  return { isEnabled: factors.length > 0, backupCodesLeft: codes.length }
}

/**
 * A new secret for an authenticator. It counts for nothing before a code of it confirms that it
 * arrived; asked again, the one before is forgotten.
 *
 * @throws ProblemError forbidden when the password is wrong; conflict when one is in force
 */
export async function setUpAuthenticator(
  ctx: CallerContext,
  password: string,
): Promise<NewAuthenticator> {
  const { userId, email } = await proveCredential(ctx, password)
  const bytes = randomBytes(SECRET_BYTES)
  const { current } = await secret(ctx.env, 'AUTH_SECRET')
  const sealed = await seal(current, userId, bytes.toString('base64'))
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const { rowCount } = await reaching(
    authDatabaseOf(ctx.env).execute(sql`
      insert into auth.two_factors (user_id, secret, created_at) values (${userId}, ${sealed}, ${at})
      on conflict (user_id) do update
        set secret = excluded.secret, created_at = ${at}, last_step = 0, failures = 0, locked_until = null
        where auth.two_factors.confirmed_at is null`),
  )
  if (rowCount === 0) {
    throw new ProblemError('conflict', 'An authenticator is in force; turn it off first.')
  }
  return { secret: toBase32(bytes), uri: totpUri(bytes, email) }
}

/** From here on it is asked for. @throws ProblemError as `proveOwnFactor` */
export async function confirmAuthenticator(ctx: CallerContext, code: string): Promise<BackupCodes> {
  const { userId } = ownOf(ctx)
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const codes = newCodes()
  // A row is changed once by one statement, so the code is used and the factor confirmed in two.
  const confirm = sql`update auth.two_factors f set confirmed_at = ${at}
    where f.user_id = ${userId} and f.confirmed_at is null returning f.user_id`
  await spendFactor(ctx, userId, code, true)
  await replaceCodes(ctx, confirm, codes, 'auth.mfa.enable')
  await tell(ctx, 'two_factor_on')
  return { backupCodes: codes }
}

/** @throws ProblemError forbidden for a wrong password, and as `proveOwnFactor` */
export async function turnOffTwoFactor(
  ctx: CallerContext,
  { password, code }: { password: string; code: string },
): Promise<void> {
  const credential = await proveCredential(ctx, password)
  const { userId } = credential
  await spendFactor(ctx, userId, code)
  const off = sql`delete from auth.two_factors where user_id = ${userId} returning user_id`
  await replaceCodes(ctx, off, [], 'auth.mfa.disable')
  notify(ctx, credential, 'two_factor_off')
}

/** The old ones are of no use any more. @throws ProblemError as `turnOffTwoFactor` */
export async function renewBackupCodes(
  ctx: CallerContext,
  { password, code }: { password: string; code: string },
): Promise<BackupCodes> {
  const credential = await proveCredential(ctx, password)
  const { userId } = credential
  const { use } = await proveOwnFactor(ctx, userId, code)
  const codes = newCodes()
  await replaceCodes(ctx, use, codes, 'auth.mfa.codes')
  notify(ctx, credential, 'backup_codes')
  return { backupCodes: codes }
}

/** One statement: what `change` does to the user's row, then their codes and the record; or nothing. */
async function replaceCodes(
  ctx: CallerContext,
  change: SQL,
  codes: readonly string[],
  event: 'auth.mfa.enable' | 'auth.mfa.disable' | 'auth.mfa.codes',
): Promise<void> {
  const hashes = codes.map((code) => hashOfCode(readBackupCode(code) ?? ''))
  const details = { resource: { type: 'user', id: ownOf(ctx).userId } }
  const { rowCount } = await reaching(
    authDatabaseOf(ctx.env).execute(sql`
      with changed as (${change}), gone as (
        delete from auth.backup_codes b using changed where b.user_id = changed.user_id
      ), added as (
        insert into auth.backup_codes (user_id, hash)
        select changed.user_id, made.hash from changed, json_array_elements_text(${JSON.stringify(hashes)}::json) made(hash)
      )
      select ${auditColumn(ctx, event, details)} from changed`),
  )
  if (rowCount === 0) throw refusedCode(ctx, ownOf(ctx).userId)
}

const newCodes = () =>
  Array.from({ length: CODES }, () => toBackupCode(randomBytes(BACKUP_CODE_BYTES)))

async function tell(ctx: CallerContext, change: Parameters<typeof notify>[2]): Promise<void> {
  const person = await findPerson(ctx, ownOf(ctx))
  if (person) notify(ctx, person, change)
}
