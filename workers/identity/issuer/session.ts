/** Sessions: opening one with a password, trading it for an access token, ending it. */
import { isAPIError } from 'better-auth/api'
import { and, asc, eq, isNull, or } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { secret } from '../../../shared/secret.ts'
import { permissionsOf, type Role, ROLES } from '../roles.ts'
import type { Session, SignIn } from '../schemas.ts'
import { signAccessToken } from './access-token.ts'
import { authOf, SESSION_COOKIE } from './auth.ts'
import type { IssuerContext } from './context.ts'
import { provePassword } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { revokeSessions } from './revocation.ts'
import { endSession, recordSignIn } from './session-audit.ts'
import { withCurrentSignature } from './session-cookie.ts'
import { sessionCookie, sessionRow } from './session-row.ts'
import { members, organizations, sessions, users } from './tables.ts'

/** A session with the cookies that carry it, as Set-Cookie values. */
export interface Opened {
  session: Session
  cookies: string[]
}

/** Hours after which a session ends however busy it was: those who manage others sign in daily. */
const MAX_HOURS: Record<Role, number> = {
  owner: 12,
  admin: 12,
  editor: 168,
  user: 168,
  viewer: 168,
}

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
  return present(ctx, row.token)
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

/** Who the session is, where it works now, and a token that says so. */
async function describe(
  ctx: IssuerContext,
  token: string,
): Promise<{ session: Session; sessionId: string }> {
  const row = await findMembership(ctx, token)
  const role = ROLES.find((name) => name === row?.role)
  if (!row || !role) {
    throw new ProblemError(
      'forbidden',
      'This account is in no organization; ask for an invitation.',
    )
  }
  const ageMs = ctx.now().getTime() - row.createdAt.getTime()
  if (ageMs >= MAX_HOURS[role] * 3_600_000) throw noSession()

  const { user, tenant } = row
  const { sessionId, amr } = row
  const subject = { userId: user.id, sessionId, amr: amr.split(' '), tenantId: tenant.id, role }
  const { accessToken, expiresAt } = await signAccessToken(ctx, subject)
  const permissions = [...permissionsOf(role)]
  const session = { user, tenant, role, permissions, accessToken }
  return {
    session: { ...session, expiresAt: expiresAt.toISOString() },
    sessionId: row.sessionId,
  }
}

async function findMembership({ env }: IssuerContext, token: string) {
  const inTenant = or(
    isNull(sessions.activeOrganizationId),
    eq(sessions.activeOrganizationId, members.organizationId),
  )
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({
        sessionId: sessions.id,
        amr: sessions.amr,
        createdAt: sessions.createdAt,
        role: members.role,
        user: { id: users.id, email: users.email, name: users.name },
        tenant: { id: organizations.id, name: organizations.name },
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .innerJoin(members, and(eq(members.userId, users.id), inTenant))
      .innerJoin(organizations, eq(organizations.id, members.organizationId))
      .where(eq(sessions.token, token))
      .orderBy(asc(members.createdAt))
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
