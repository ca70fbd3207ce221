/** Sessions: opening one with a password, trading it for an access token, ending it. */
import { isAPIError } from 'better-auth/api'
import { asc, eq, type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { secret } from '../../../shared/secret.ts'
import type { Session, SignIn } from '../schemas.ts'
import { signAccessToken } from './access-token.ts'
import { authOf, SESSION_COOKIE } from './auth.ts'
import type { IssuerContext } from './context.ts'
import { provePassword } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { revokeSessions } from './revocation.ts'
import { isOwnRole, RIGHTS, rightsClaims, rightsOf } from './rights.ts'
import { endSession, recordSignIn } from './session-audit.ts'
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
 * @throws ProblemError as `provePassword` and `startSession`
 */
export async function openSession(
  ctx: IssuerContext,
  credentials: SignIn,
  headers: Headers,
): Promise<Opened> {
  const { userId } = await provePassword(ctx, credentials)
  return startSession(ctx, { userId, amr: 'pwd' }, headers)
}

/** @throws ProblemError forbidden when the account is in no organization */
export async function startSession(
  ctx: IssuerContext,
  proven: { userId: string; amr: string },
  headers: Headers,
): Promise<Opened> {
  const row = sessionRow(ctx, proven, headers)
  await reaching(authDatabaseOf(ctx.env).insert(sessions).values(row))
  await endFormer(ctx, headers)
  return present(ctx, row.token)
}

/** Ends the session a browser had until it signed in anew (OWASP ASVS 5.0, 7.2.4). */
export async function endFormer(ctx: IssuerContext, headers: Headers): Promise<void> {
  if (headers.get('cookie')?.includes(`${SESSION_COOKIE}=`)) await closeSession(ctx, headers)
}

/** A session that was just put into the database, for who opened it. */
export async function present(ctx: IssuerContext, token: string): Promise<Opened> {
  const { session, sessionId } = await describe(ctx, token)
  await recordSignIn(ctx, { userId: session.user.id, tenantId: session.tenant.id, sessionId })
  return { session, cookies: [await sessionCookie(ctx, token)] }
}

/** @throws ProblemError unauthenticated without a live session; forbidden as `openSession` */
export async function renewToken(ctx: IssuerContext, headers: Headers): Promise<Opened> {
  const answer = await readSession(ctx, headers)
  if (!answer.response) throw noSession()
  const { session } = await describe(ctx, answer.response.session.token)
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
    await endSession(ctx, response.session)
    await revokeSessions(ctx, [response.session.id])
  }
  return FORGET_SESSION
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

/** The session a cookie carries, whatever tenant it is for, and whether there is any. */
export async function findSession(
  ctx: IssuerContext,
  headers: Headers,
): Promise<{ id: string; userId: string } | undefined> {
  const { response } = await readSession(ctx, headers)
  return response ? { id: response.session.id, userId: response.user.id } : undefined
}

interface Described {
  session: Session
  sessionId: string
}

/** Who the session is, by the token in its cookie; as `describeSession`. */
const describe = (ctx: IssuerContext, token: string): Promise<Described> =>
  describeSession(ctx, eq(sessions.token, token))

/**
 * Who the session is, where it works now, and a token that says so.
 *
 * @param which Names one row of `sessions`
 * @throws ProblemError unauthenticated when it is too old; forbidden when its user is in no tenant
 */
export async function describeSession(ctx: IssuerContext, which: SQL): Promise<Described> {
  const row = await findMembership(ctx, which)
  if (!row) {
    throw new ProblemError(
      'forbidden',
      'This account is in no organization; ask for an invitation.',
    )
  }
  const { user, tenant, role } = row
  const ageMs = ctx.now().getTime() - row.createdAt.getTime()
  const maxHours = WEEKLY.has(role) ? MAX_HOURS.weekly : MAX_HOURS.daily
  if (ageMs >= maxHours * 3_600_000) throw noSession()

  const { sessionId } = row
  const subject = { userId: user.id, sessionId, amr: row.amr.split(' '), tenantId: tenant.id, role }
  const signed = await signAccessToken(ctx, { ...subject, ...rightsClaims(row) })
  const { accessToken } = signed
  const expiresAt = signed.expiresAt.toISOString()
  const permissions = [...rightsOf(row)]
  return { session: { user, tenant, role, permissions, accessToken, expiresAt }, sessionId }
}

/** The tenant chosen last comes first; where that is none, or gone, the one joined first. */
async function findMembership({ env }: IssuerContext, which: SQL) {
  const isActive = sql`coalesce(${sessions.activeOrganizationId} = ${members.organizationId}, false)`
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({
        ...RIGHTS,
        sessionId: sessions.id,
        createdAt: sessions.createdAt,
        user: { id: users.id, email: users.email, name: users.name },
        tenant: { id: organizations.id, name: organizations.name },
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .innerJoin(members, eq(members.userId, users.id))
      .innerJoin(organizations, eq(organizations.id, members.organizationId))
      .leftJoin(roles, isOwnRole)
      .where(which)
      .orderBy(sql`${isActive} desc`, asc(members.createdAt), asc(members.id))
      .limit(1),
  )
  return row
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
