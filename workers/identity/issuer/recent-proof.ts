/**
 * The proof asked for before a way to sign in is added or taken away: a found laptop must not become
 * a lost account (OWASP ASVS 5.0, 7.5.1). Signing in, in whatever way, is proof for ten minutes;
 * later the password is, and who has none signs in again.
 */
import { and, eq, gt } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import type { CallerContext } from './caller.ts'
import { proveCredential } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { findPerson, type Person } from './person.ts'
import { ownOf } from './session-list.ts'
import { sessions } from './tables.ts'

const FRESH_MS = 10 * 60_000

/** @throws ProblemError forbidden when the password is wrong, or missing and needed */
export async function proveRecently(
  ctx: CallerContext,
  { password }: { password?: string | undefined },
): Promise<Person> {
  if (password !== undefined) await proveCredential(ctx, password)
  else if (!(await isFresh(ctx))) {
    const detail = 'You signed in a while ago: send your password, or sign in again first.'
    throw new ProblemError('forbidden', detail)
  }
  const person = await findPerson(ctx, { userId: ownOf(ctx).userId })
  if (!person) throw new ProblemError('unauthenticated', 'This account is gone.')
  return person
}

async function isFresh(ctx: CallerContext): Promise<boolean> {
  const since = new Date(ctx.now().getTime() - FRESH_MS)
  const isIt = and(eq(sessions.id, ownOf(ctx).sessionId), gt(sessions.createdAt, since))
  const rows = await reaching(
    authDatabaseOf(ctx.env).select({ id: sessions.id }).from(sessions).where(isIt),
  )
  return rows.length > 0
}
