/** Sessions: opening one with a password, trading it for an access token, ending it. */
import { isAPIError } from 'better-auth/api'
import { and, asc, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { secret } from '../../../shared/secret.ts'
import { noteTenant } from '../../../shared/tracing.ts'
import { NO_TENANT, type Session, type SignIn } from '../schemas.ts'
import { signAccessToken } from './access-token.ts'
import { authOf, SESSION_COOKIE } from './auth.ts'
import type { IssuerContext } from './context.ts'
import { provePassword } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { refusing } from './refusal.ts'
import { revokeSessions } from './revocation.ts'
import {
  impersonators,
  isImpersonationOver,
  isImpersonator,
  isOwnRole,
  isReachable,
  MAX_IMPERSONATION_MS,
  RIGHTS,
  rightsClaims,
  rightsOf,
} from './rights.ts'
import { endSession, firstTenantOf, signInEntry, type SignInMethod } from './session-audit.ts'
import { withCurrentSignature } from './session-cookie.ts'
import { sessionCookie, sessionRow } from './session-row.ts'
import { members, organizations, roles, sessions, users } from './tables.ts'

/** A session with the cookies that carry it, as Set-Cookie values. */
export interface Opened {
  session: Session
  cookies: string[]
}

/** Hours after which a session ends however busy it was: those who manage others sign in daily. */
export const MAX_HOURS = { daily: 12, weekly: 168 }
const WEEKLY = new Set(['viewer', 'user', 'editor'])

/**
 * For who just got their account: nobody can have a second factor by then.
 *
 * @throws ProblemError as `provePassword`
 */
export async function openSession(
  ctx: IssuerContext,
  credentials: SignIn,
  headers: Headers,
): Promise<Opened> {
  const { userId } = await provePassword(ctx, credentials)
  return startSession(ctx, { userId, amr: 'pwd', method: 'password' }, headers)
}

/**
 * Session and record in one transaction: neither is there without the other.
 *
 * @throws ProblemError forbidden for an account that is banned
 */
export async function startSession(
  ctx: IssuerContext,
  { method, ...proven }: { userId: string; amr: string; method: SignInMethod },
  headers: Headers,
): Promise<Opened> {
  const readAt = ctx.now()
  const tenantId = await firstTenantOf(ctx, proven.userId)
  const row = sessionRow(ctx, proven, headers)
  const db = authDatabaseOf(ctx.env)
  const opener = { userId: row.userId, sessionId: row.id, tenantId, method }
  const [, , found] = await refusing(
    db.batch([
      db.insert(sessions).values(row),
      db.execute(signInEntry(ctx, opener)),
      selectMembership(ctx, eq(sessions.id, row.id)),
    ]),
  )
  await endFormer(ctx, headers)
  const session = await toSession(ctx, found[0], readAt)
  return { session, cookies: [await sessionCookie(ctx, row.token)] }
}

/** Ends the session a browser had until it signed in anew (OWASP ASVS 5.0, 7.2.4). */
export async function endFormer(ctx: IssuerContext, headers: Headers): Promise<void> {
  if (headers.get('cookie')?.includes(`${SESSION_COOKIE}=`)) await closeSession(ctx, headers)
}

/** For who opened it: a session that was just put into the database, together with its record. */
export async function handOver(ctx: IssuerContext, token: string): Promise<Opened> {
  const session = await describe(ctx, token)
  return { session, cookies: [await sessionCookie(ctx, token)] }
}

/** @throws ProblemError unauthenticated without a live session */
export async function renewToken(ctx: IssuerContext, headers: Headers): Promise<Opened> {
  const answer = await readSession(ctx, headers)
  if (!answer.response) throw noSession()
  const session = await describe(ctx, answer.response.session.token)
  return { session, cookies: cookiesOf(answer) }
}

/**
 * Ends the session, if there is one. Not left to better-auth, whose sign-out reports success when
 * the database fails and the session lives on.
 *
 * @returns the cookies that make the browser forget it
 */
export async function closeSession(ctx: IssuerContext, headers: Headers): Promise<string[]> {
  const { response } = await readSession(ctx, headers)
  if (response) {
    const { id, createdAt } = response.session
    await revokeSessions(ctx, await endSession(ctx, id))
    const seconds = (ctx.now().getTime() - createdAt.getTime()) / 1000
    ctx.metrics.observe('voiceassist_user_session_duration_seconds', {}, seconds)
  }
  return FORGET_SESSION
}

/** The session of the cookie in `headers`, taken up again. @throws ProblemError as `renewToken` */
export async function resumeSession(ctx: IssuerContext, headers: Headers): Promise<Opened> {
  const { response } = await readSession(ctx, headers)
  if (!response) throw noSession()
  return handOver(ctx, response.session.token)
}

/** As Set-Cookie values: the browser forgets the session. */
export const FORGET_SESSION = [
  `${SESSION_COOKIE}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`,
]

async function readSession(ctx: IssuerContext, given: Headers) {
  const headers = withCurrentSignature(given, SESSION_COOKIE, await secret(ctx.env, 'AUTH_SECRET'))
  const call = (await authOf(ctx)).api.getSession({ headers, returnHeaders: true })
  return reaching(call).catch((error: unknown) => {
    throw isAPIError(error) ? unreadable(error) : error
  })
}

/**
 * The session a cookie carries, whatever tenant it is for, and whether there is any: for what its user
 * does by it.
 *
 * @throws ProblemError forbidden when somebody else acts as the user
 */
export async function findSession(
  ctx: IssuerContext,
  headers: Headers,
): Promise<{ id: string; userId: string } | undefined> {
  const { response } = await readSession(ctx, headers)
  if (!response) return undefined
  const { id } = response.session
  const isActed = and(eq(sessions.id, id), isNotNull(sessions.impersonatedBy))
  if ((await reaching(authDatabaseOf(ctx.env).$count(sessions, isActed))) > 0) {
    throw new ProblemError('forbidden', 'Only the person themself may do this, nobody for them.')
  }
  return { id, userId: response.user.id }
}

/** Who the session is, by the token in its cookie; as `describeSession`. */
const describe = (ctx: IssuerContext, token: string): Promise<Session> =>
  describeSession(ctx, eq(sessions.token, token))

/**
 * Who the session is, where it works now, and a token that says so. Whoever is in no tenant may do
 * what is a person's own, such as accept an invitation, and nothing else.
 *
 * @param which Names one row of `sessions`
 * @throws ProblemError unauthenticated when it is too old, or gone
 */
export async function describeSession(ctx: IssuerContext, which: SQL): Promise<Session> {
  const readAt = ctx.now()
  const [row] = await reaching(selectMembership(ctx, which))
  return toSession(ctx, row, readAt)
}

type Row = Awaited<ReturnType<typeof selectMembership>>[number]

async function toSession(ctx: IssuerContext, row: Row | undefined, readAt: Date): Promise<Session> {
  if (!row) throw noSession()
  const { sessionId, user, tenant, openedAt } = row
  const role = row.role ?? ''
  const rights = { ...row, role }
  const ageMs = readAt.getTime() - openedAt.getTime()
  const maxHours = WEEKLY.has(role) ? MAX_HOURS.weekly : MAX_HOURS.daily
  if (ageMs >= maxHours * 3_600_000 || isImpersonationOver(rights, readAt)) throw noSession()

  const plan = row.plan && { pln: row.plan }
  const place = { tenantId: tenant?.id ?? NO_TENANT, role, ...plan }
  noteTenant(place.tenantId)
  const endsAt = row.impersonatedBy
    ? new Date(openedAt.getTime() + MAX_IMPERSONATION_MS)
    : undefined
  const subject = { userId: user.id, sessionId, amr: row.amr.split(' '), ...place, readAt, endsAt }
  const signed = await signAccessToken(ctx, { ...subject, ...rightsClaims(rights) })
  const { accessToken } = signed
  const expiresAt = signed.expiresAt.toISOString()
  const permissions = [...rightsOf(rights)]
  const { impersonatedBy } = row
  keepLocale(ctx, row)
  const actor = impersonatedBy ? { id: impersonatedBy, name: row.actorName ?? '' } : null
  return { user, tenant, role, permissions, impersonatedBy: actor, accessToken, expiresAt }
}

/** For mails nobody asks for, such as of a budget: what the browser asks for, should it be another. */
function keepLocale(
  ctx: IssuerContext,
  row: Pick<Row, 'user' | 'locale' | 'impersonatedBy'>,
): void {
  const { askedLocale: locale } = ctx
  // Whoever acts as another speaks a language of their own.
  if (locale === undefined || locale === row.locale || row.impersonatedBy) return
  const isUser = eq(users.id, row.user.id)
  ctx.defer(reaching(authDatabaseOf(ctx.env).update(users).set({ locale }).where(isUser)))
}

/** The tenant chosen last comes first; where that is none, or gone, the one joined first. */
function selectMembership({ env }: IssuerContext, which: SQL) {
  const isActive = sql`coalesce(${sessions.activeOrganizationId} = ${members.organizationId}, false)`
  return authDatabaseOf(env)
    .select({
      ...RIGHTS,
      sessionId: sessions.id,
      actorName: impersonators.name,
      user: { id: users.id, email: users.email, name: users.name },
      tenant: { id: organizations.id, name: organizations.name },
      plan: organizations.plan,
      locale: users.locale,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(members, and(eq(members.userId, users.id), isReachable))
    .leftJoin(organizations, eq(organizations.id, members.organizationId))
    .leftJoin(roles, isOwnRole)
    .leftJoin(impersonators, isImpersonator)
    .where(which)
    .orderBy(sql`${isActive} desc`, asc(members.createdAt), asc(members.id))
    .limit(1)
}

const cookiesOf = ({ headers }: { headers: Headers }) => headers.getSetCookie()

const noSession = () =>
  new ProblemError('unauthenticated', 'There is no session, or it has ended: sign in again.')

/** better-auth catches what the database throws while it reads a session, and logs it. */
const unreadable = (cause: unknown) =>
  new ProblemError('dependency_down', 'The session cannot be read now. Try again shortly.', {
    cause,
    retryAfterSeconds: 5,
  })
