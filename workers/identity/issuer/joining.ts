/** Invitations as the invited see them: the token in the link is all they have to show. */
import { and, eq, gt, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { secret } from '../../../shared/secret.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type { Acceptance, InvitationView } from '../tenant-schemas.ts'
import { accountRows, type NewLogin, passwordLogin } from './account-rows.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { hashOf } from './invitation.ts'
import { checkNewPassword } from './password-policy.ts'
import { hashPassword } from './password.ts'
import { refusing } from './refusal.ts'
import { findSession, type Opened, openSession, renewToken } from './session.ts'
import { invitations, organizations, sessions, users } from './tables.ts'

/** @throws ProblemError not_found when it was used, revoked, declined or has expired */
export async function viewInvitation(ctx: IssuerContext, token: string): Promise<InvitationView> {
  const { email, role, tenantName, inviterId, expiresAt, accountId } = await getWaiting(ctx, token)
  const [inviter] = await reaching(
    authDatabaseOf(ctx.env).select({ name: users.name }).from(users).where(eq(users.id, inviterId)),
  )
  return {
    email,
    role: role ?? '',
    tenant: { name: tenantName },
    invitedBy: inviter?.name ?? '',
    expiresAt: expiresAt.toISOString(),
    hasAccount: accountId !== null,
  }
}

/**
 * Of several at once one wins. Whoever has an account proves it by their session; for others the
 * link proves the address, so the account it makes needs no further proof of it.
 *
 * @throws ProblemError not_found, unauthenticated, forbidden when another account is signed in or
 *   no new ones are made, invalid_fields when a new account lacks name or password
 */
export async function acceptInvitation(
  ctx: IssuerContext,
  acceptance: Acceptance,
  headers: Headers,
): Promise<Opened> {
  const invitation = await getWaiting(ctx, acceptance.token)
  if (invitation.accountId === null) return joinAsNew(ctx, acceptance, invitation, headers)

  const session = await findSession(ctx, headers)
  if (!session) throw signInFirst()
  if (session.userId !== invitation.accountId) throw forAnother()
  const { tenantId } = invitation
  const db = authDatabaseOf(ctx.env)
  const [join, audit] = joining(ctx, acceptance.token, { userId: session.userId, ...invitation })
  const work = db
    .update(sessions)
    .set({ activeOrganizationId: tenantId })
    .where(eq(sessions.id, session.id))
  await refusing(db.batch([db.execute(join), work, db.execute(audit)]))
  return renewToken(ctx, headers)
}

/** @throws ProblemError not_found */
export async function declineInvitation(ctx: IssuerContext, token: string): Promise<void> {
  const { id, tenantId } = await getWaiting(ctx, token)
  const db = authDatabaseOf(ctx.env)
  const gone = db.$with('gone').as(
    db
      .update(invitations)
      .set({ status: 'declined', tokenHash: null })
      .where(and(eq(invitations.tokenHash, hashOf(token)), eq(invitations.status, 'pending')))
      .returning({ id: invitations.id }),
  )
  const details = { tenantId, resource: { type: 'invitation', id }, facts: { declined: true } }
  const audited = auditColumn(ctx, 'member.invite.revoke', details).as('audited')
  const rows = await reaching(db.with(gone).select({ id: gone.id, audited }).from(gone))
  if (rows.length === 0) throw missing()
}

type Waiting = Awaited<ReturnType<typeof getWaiting>>

async function joinAsNew(
  ctx: IssuerContext,
  { token, name, password }: Acceptance,
  { email, ...invitation }: Waiting,
  headers: Headers,
): Promise<Opened> {
  if (ctx.env.SIGN_UP === 'closed') {
    throw new ProblemError('forbidden', 'No new accounts are made here; ask whoever runs it.')
  }
  if (name === undefined || password === undefined) throw incomplete({ name, password })
  await checkNewPassword(ctx, password, { email, name }, '/password')
  const userId = newId(ctx.now())
  const pepper = await secret(ctx.env, 'PASSWORD_PEPPER')
  const login = passwordLogin(userId, await hashPassword(pepper.current, password))
  await makeMember(ctx, token, { userId, email, name, ...invitation }, login)
  return openSession(ctx, { email, password }, headers)
}

/**
 * Makes the account of who proved the invited address by an account elsewhere.
 *
 * @returns the user's id
 * @throws ProblemError not_found; forbidden when the invitation is for another address
 */
export async function joinWithLogin(
  ctx: IssuerContext,
  token: string,
  { email, name }: { email: string; name: string },
  login: NewLogin,
): Promise<string> {
  const invitation = await getWaiting(ctx, token)
  if (invitation.email !== email) throw forAnother()
  const userId = newId(ctx.now())
  await makeMember(ctx, token, { ...invitation, userId, email, name }, login)
  return userId
}

interface NewMember extends Joiner {
  email: string
  name: string
}

async function makeMember(
  ctx: IssuerContext,
  token: string,
  member: NewMember,
  login: NewLogin,
): Promise<void> {
  const [join, audit] = joining(ctx, token, member)
  const db = authDatabaseOf(ctx.env)
  const taken = new ProblemError('conflict', 'This address has an account by now; sign in first.')
  await refusing(
    db.batch([...accountRows(ctx, member, login), db.execute(join), db.execute(audit)]),
    taken,
  )
}

interface Joiner {
  userId: string
  tenantId: string
  role: string | null
}

function joining(ctx: IssuerContext, token: string, { userId, tenantId, role }: Joiner) {
  const at = ctx.now()
  const join = sql`select auth.accept_invitation(${hashOf(token)}, ${userId}, ${newId(at)},
    ${at.toISOString()}::timestamptz)`
  const actor = { type: 'user', userId } as const
  const details = { tenantId, actor, resource: { type: 'user', id: userId } }
  const audit = auditEntry(ctx, 'member.join', { ...details, facts: { role: role ?? '' } })
  return [join, audit] as const
}

async function getWaiting({ env, now }: IssuerContext, token: string) {
  const isWaiting = and(
    eq(invitations.tokenHash, hashOf(token)),
    eq(invitations.status, 'pending'),
    gt(invitations.expiresAt, now()),
  )
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({
        id: invitations.id,
        email: invitations.email,
        role: invitations.role,
        inviterId: invitations.inviterId,
        expiresAt: invitations.expiresAt,
        tenantId: organizations.id,
        tenantName: organizations.name,
        accountId: users.id,
      })
      .from(invitations)
      .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
      .leftJoin(users, eq(users.email, invitations.email))
      .where(isWaiting),
  )
  if (!row) throw missing()
  return row
}

function incomplete(given: { name: string | undefined; password: string | undefined }) {
  const errors = Object.entries(given)
    .filter(([, value]) => value === undefined)
    .map(([field]) => ({ in: 'json', pointer: `/${field}`, detail: 'is needed for a new account' }))
  return new ProblemError('invalid_fields', 'This address has no account yet.', { errors })
}

const signInFirst = () =>
  new ProblemError('unauthenticated', 'The invited address has an account: sign in, then accept.')

const forAnother = () =>
  new ProblemError('forbidden', 'This invitation is for another address; sign in with that one.')

const missing = () =>
  new ProblemError(
    'not_found',
    'This invitation was used, revoked or has expired; ask for another.',
  )
