/** A user's own sessions: shown, and ended one by one or many at once (OWASP ASVS 5.0, 7.5.2). */
import { and, desc, eq, gt, inArray, ne, or, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn } from '../../audit/service.ts'
import { deviceOf } from '../device.ts'
import type { SessionList } from '../schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { revokeSessions } from './revocation.ts'
import { sessions } from './tables.ts'

/** As much of an address as tells a place from another: 24 bits of IPv4, 64 of IPv6. */
const network = sql<string | null>`case when pg_input_is_valid(${sessions.ipAddress}, 'inet')
  then network(set_masklen(${sessions.ipAddress}::inet,
    case family(${sessions.ipAddress}::inet) when 4 then 24 else 64 end))::text end`

/** The sessions that can still be used, the last used first. */
export async function listSessions(ctx: CallerContext): Promise<SessionList> {
  const { userId, sessionId } = ownOf(ctx)
  const rows = await reaching(
    authDatabaseOf(ctx.env)
      .select({
        id: sessions.id,
        userAgent: sessions.userAgent,
        network,
        createdAt: sessions.createdAt,
        lastUsedAt: sessions.updatedAt,
        expiresAt: sessions.expiresAt,
        impersonatedBy: sessions.impersonatedBy,
      })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, ctx.now())))
      .orderBy(desc(sessions.updatedAt)),
  )
  const items = rows.map((row) => ({
    id: row.id,
    device: deviceOf(row.userAgent),
    network: row.network,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    isCurrent: row.id === sessionId,
    isImpersonated: row.impersonatedBy !== null,
  }))
  return { items }
}

/**
 * @returns whether it was the caller's own
 * @throws ProblemError not_found when the caller has no such session
 */
export async function endSession(ctx: CallerContext, id: string): Promise<boolean> {
  const { userId, sessionId } = ownOf(ctx)
  const isIt = and(eq(sessions.userId, userId), eq(sessions.id, id))
  const ended = await end(ctx, isIt, { type: 'session', id })
  if (ended.length === 0) {
    throw new ProblemError('not_found', 'You have no such session; it may have ended already.')
  }
  return id === sessionId
}

/** @returns how many ended */
export async function endOtherSessions(ctx: CallerContext): Promise<number> {
  const { userId, sessionId } = ownOf(ctx)
  const isOther = and(eq(sessions.userId, userId), ne(sessions.id, sessionId))
  return (await end(ctx, isOther, { type: 'user', id: userId })).length
}

/** The caller's own session included. @returns how many ended */
export async function endAllSessions(ctx: CallerContext): Promise<number> {
  const { userId } = ownOf(ctx)
  return (await end(ctx, eq(sessions.userId, userId), { type: 'user', id: userId })).length
}

/**
 * One statement; many sessions that end at once make one entry, for it has one id. Sessions opened
 * from one of them, to act as somebody else, end with it.
 */
async function end(
  ctx: CallerContext,
  which: ReturnType<typeof and>,
  resource: { type: string; id: string },
): Promise<string[]> {
  const db = authDatabaseOf(ctx.env)
  const those = db.select({ id: sessions.id }).from(sessions).where(which)
  const all = or(which, inArray(sessions.impersonatorSession, those))
  const gone = db.$with('gone').as(db.delete(sessions).where(all).returning({ id: sessions.id }))
  const seq = auditColumn(ctx, 'session.revoke', { resource })
  const rows = await reaching(db.with(gone).select({ id: gone.id, seq }).from(gone))
  const ids = rows.map(({ id }) => id)
  await revokeSessions(ctx, ids)
  return ids
}

/** @throws ProblemError forbidden for who has no sessions, such as a job */
export function ownOf({ actor }: CallerContext): { userId: string; sessionId: string } {
  if (actor.type === 'user') return actor
  throw new ProblemError('forbidden', 'Only a person who is signed in has this.')
}
