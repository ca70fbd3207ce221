/**
 * Acting as somebody else (RFC 8693, section 1.1): a session of theirs that says whose hands it is
 * in. What it may not do is `WITHHELD` (shared/context.ts) and every route that is a person's own.
 */
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type { NewImpersonation } from '../platform-schemas.ts'
import { OWN_COOKIE, SESSION, SESSION_COOKIE } from './auth.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { refusing } from './refusal.ts'
import { revokeSessions } from './revocation.ts'
import { MAX_IMPERSONATION_MS } from './rights.ts'
import { cookieNamed } from './session-cookie.ts'
import { ownOf } from './session-list.ts'
import { sessionCookie, sessionRow } from './session-row.ts'
import { handOver, type Opened, resumeSession } from './session.ts'
import { members, sessions, users } from './tables.ts'

/**
 * The new session takes the cookie; one's own goes into another that nothing but the way back reads,
 * so a token alone does not lead there.
 *
 * @throws ProblemError not_found when the user is no member there; forbidden for who runs the
 *   platform too, or is banned
 */
export async function startImpersonation(
  ctx: CallerContext,
  { userId, tenantId, reason }: NewImpersonation,
  headers: Headers,
): Promise<Opened> {
  const own = await getOwn(ctx)
  await assertOpen(ctx, userId, tenantId)
  const row = {
    ...sessionRow(ctx, { userId, amr: own.amr }, headers),
    activeOrganizationId: tenantId,
    impersonatedBy: own.userId,
    impersonatorSession: own.id,
  }
  const until = new Date(row.createdAt.getTime() + MAX_IMPERSONATION_MS)
  const actor = { type: 'user', userId, sessionId: row.id, actedBy: own.userId } as const
  const facts = { until: until.toISOString() }
  const details = { tenantId, actor, reason, resource: { type: 'user', id: userId }, facts }
  const db = authDatabaseOf(ctx.env)
  const ownEnd = sql`greatest(${sessions.expiresAt}, ${until.toISOString()}::timestamptz)`
  await refusing(
    db.batch([
      db.insert(sessions).values(row),
      // One's own would else rest for too long meanwhile.
      db.update(sessions).set({ expiresAt: ownEnd }).where(eq(sessions.id, own.id)),
      db.execute(auditEntry(ctx, 'impersonate.start', details)),
    ]),
  )
  const { session, cookies } = await handOver(ctx, row.token)
  const maxAge = MAX_IMPERSONATION_MS / 1000 + SESSION.idle
  const kept = await sessionCookie(ctx, own.token, { name: OWN_COOKIE, maxAge })
  return { session, cookies: [...cookies, kept] }
}

/** @throws ProblemError conflict when nobody acts as anybody; unauthenticated as `resumeSession` */
export async function stopImpersonation(ctx: CallerContext, headers: Headers): Promise<Opened> {
  const { sessionId } = ownOf(ctx)
  const db = authDatabaseOf(ctx.env)
  const isIt = and(eq(sessions.id, sessionId), isNotNull(sessions.impersonatedBy))
  const ended = db.$with('ended').as(db.delete(sessions).where(isIt).returning({ id: sessions.id }))
  const resource = { type: 'user', id: ownOf(ctx).userId }
  const seq = auditColumn(ctx, 'impersonate.stop', { resource })
  const rows = await reaching(db.with(ended).select({ id: ended.id, seq }).from(ended))
  if (rows.length === 0) throw new ProblemError('conflict', 'You act as nobody but yourself.')
  await revokeSessions(ctx, [sessionId])
  const own = cookieNamed(headers, OWN_COOKIE)
  const back = await resumeSession(ctx, new Headers({ cookie: `${SESSION_COOKIE}=${own}` }))
  return { ...back, cookies: [...back.cookies, FORGET_OWN] }
}

const FORGET_OWN = `${OWN_COOKIE}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`

async function getOwn(ctx: CallerContext) {
  const isOwn = eq(sessions.id, ownOf(ctx).sessionId)
  const [own] = await reaching(authDatabaseOf(ctx.env).select().from(sessions).where(isOwn))
  if (!own) throw new ProblemError('unauthenticated', 'The session has ended; sign in again.')
  return own
}

async function assertOpen({ env }: CallerContext, userId: string, tenantId: string): Promise<void> {
  const isMember = and(eq(members.userId, users.id), eq(members.organizationId, tenantId))
  const [user] = await reaching(
    authDatabaseOf(env)
      .select({ isPlatform: users.isPlatform })
      .from(users)
      .innerJoin(members, isMember)
      .where(eq(users.id, userId)),
  )
  if (!user) throw new ProblemError('not_found', 'That tenant has no such member.')
  if (user.isPlatform) {
    throw new ProblemError('forbidden', 'Nobody acts as an account that runs the platform.')
  }
}
