/** What the audit log learns of sessions: who signed in, who tried, who signed out. */
import { asc, eq, type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { auditColumn, recordAudit } from '../../audit/service.ts'
import type { ProviderId } from '../federation-schemas.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { members, sessions, users } from './tables.ts'

/** What somebody signed in with; where a second factor followed, what came first. */
export type SignInMethod = 'password' | 'passkey' | ProviderId

interface Opener {
  userId: string
  sessionId: string
  /** None for who is in no tenant. */
  tenantId: string | undefined
  method: SignInMethod
}

/** As a column: for the statement that makes the session. */
export function signInColumn(ctx: IssuerContext, { userId, sessionId, tenantId, method }: Opener) {
  const actor = { type: 'user', userId, sessionId } as const
  const details = { actor, facts: { method }, ...(tenantId && { tenantId }) }
  return auditColumn(ctx, 'auth.signin.ok', details)
}

/** For the batch that makes the session. */
export const signInEntry = (ctx: IssuerContext, opener: Opener) =>
  sql`select ${signInColumn(ctx, opener)}`

/**
 * Goes into the log of each tenant the account is in; an address we do not know into the platform's.
 * Looked up after the answer, which so takes as long for a known address as for an unknown one.
 */
export function recordFailedSignIn(ctx: IssuerContext, email: string): void {
  const record = async () => {
    const rows = await accountsOf(ctx, eq(users.email, email))
    const details = { outcome: 'failed', facts: { method: 'password' } } as const
    if (rows.length === 0) {
      recordAudit(ctx, 'auth.signin.fail', { ...details, reason: 'There is no such account.' })
    }
    for (const row of rows) {
      const reason = 'The password is wrong.'
      recordAudit(ctx, 'auth.signin.fail', { ...details, reason, ...aboutOf(row) })
    }
  }
  ctx.defer(record())
}

/**
 * Guessing at the account began to be slowed down: into the log of each tenant it is in, or, for an
 * address we do not know, into the platform's.
 */
export async function recordLockout(ctx: IssuerContext, email: string): Promise<void> {
  const details = { outcome: 'denied', reason: 'Too many attempts to sign in.' } as const
  const rows = await accountsOf(ctx, eq(users.email, email))
  if (rows.length === 0) recordAudit(ctx, 'auth.lockout', details)
  for (const row of rows) recordAudit(ctx, 'auth.lockout', { ...details, ...aboutOf(row) })
}

/** A code was refused, and with the tenth in a row the account takes none for a while. */
export function recordFailedFactor(ctx: IssuerContext, userId: string, isLocked: boolean): void {
  const record = async () => {
    for (const row of await accountsOf(ctx, eq(users.id, userId))) {
      const about = aboutOf(row)
      const wrong = { outcome: 'failed', reason: 'The code is wrong, or was used before.' } as const
      recordAudit(ctx, 'auth.mfa.fail', { ...wrong, ...about })
      const locked = { outcome: 'denied', reason: 'Too many wrong codes.' } as const
      if (isLocked) recordAudit(ctx, 'auth.lockout', { ...locked, ...about })
    }
  }
  ctx.defer(record())
}

/**
 * Ends a session and records who signed out of it, both or neither; of two at once, one. With one in
 * which somebody acts as another their own ends as well.
 *
 * @returns ids of the sessions that ended
 */
export async function endSession(ctx: IssuerContext, id: string): Promise<string[]> {
  const db = authDatabaseOf(ctx.env)
  const [session] = await reaching(db.select().from(sessions).where(eq(sessions.id, id)))
  if (!session) return []
  const { userId, activeOrganizationId, impersonatedBy, impersonatorSession } = session
  const tenantId = activeOrganizationId ?? (await firstTenantOf(ctx, userId))
  const actedBy = impersonatedBy && { actedBy: impersonatedBy }
  const actor = { type: 'user', userId, sessionId: id, ...actedBy } as const
  const details = { actor, ...(tenantId && { tenantId }) }
  const event = impersonatedBy ? 'impersonate.stop' : 'auth.signout'
  const ended = db
    .$with('ended')
    .as(db.delete(sessions).where(eq(sessions.id, id)).returning({ id: sessions.id }))
  const seq = auditColumn(ctx, event, details)
  await reaching(db.with(ended).select({ id: ended.id, seq }).from(ended))
  if (!impersonatorSession) return [id]
  return [id, ...(await endSession(ctx, impersonatorSession))]
}

/** Where a session of theirs works as long as they chose nothing else. */
export async function firstTenantOf(
  { env }: IssuerContext,
  userId: string,
): Promise<string | undefined> {
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({ tenantId: members.organizationId })
      .from(members)
      .where(eq(members.userId, userId))
      .orderBy(asc(members.createdAt), asc(members.id))
      .limit(1),
  )
  return row?.tenantId
}

interface AccountRow {
  userId: string
  tenantId: string | null
}

const aboutOf = ({ userId, tenantId }: AccountRow) => ({
  resource: { type: 'user', id: userId },
  ...(tenantId !== null && { tenantId }),
})

/** One row per tenant the account is in, or one without a tenant. */
const accountsOf = ({ env }: IssuerContext, which: SQL) =>
  reaching(
    authDatabaseOf(env)
      .select({ userId: users.id, tenantId: members.organizationId })
      .from(users)
      .leftJoin(members, eq(members.userId, users.id))
      .where(which),
  )
