/** Invitations as those see them who manage members: sent, sent again, listed, taken back. */
import { createHash, randomBytes } from 'node:crypto'
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type {
  IdPageQuery,
  Invitation,
  InvitationPage,
  NewInvitation,
  SentInvitation,
} from '../tenant-schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { linkTo, sendMail } from './mail.ts'
import { assertGrantable } from './membership.ts'
import { getProfile } from './profile.ts'
import { refusing } from './refusal.ts'
import { ownOf } from './session-list.ts'
import { invitations } from './tables.ts'

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000

type Row = Pick<
  typeof invitations.$inferSelect,
  'id' | 'email' | 'role' | 'inviterId' | 'createdAt' | 'expiresAt'
>

/**
 * Invites an address, or invites it again: the newest link is the only one that works.
 *
 * @throws ProblemError forbidden when the role grants what the caller does not hold; conflict when
 *   the address is a member's; invalid_fields when there is no such role
 */
export async function invite(
  ctx: CallerContext,
  { email, role }: NewInvitation,
): Promise<SentInvitation> {
  await assertGrantable(ctx, role)
  const { env, tenantId } = ctx
  const token = randomBytes(32).toString('base64url')
  const now = ctx.now()
  const db = authDatabaseOf(env)
  const id = (await findWaiting(ctx, email)) ?? newId(now)
  const until = new Date(now.getTime() + LIFETIME_MS).toISOString()
  const resource = { type: 'invitation', id }
  await refusing(
    db.batch([
      db.execute(
        sql`select auth.invite(${tenantId}, ${id}, ${email}, ${role}, ${ownOf(ctx).userId},
          ${hashOf(token)}, ${now.toISOString()}::timestamptz, ${until}::timestamptz)`,
      ),
      db.execute(auditEntry(ctx, 'member.invite', { resource, facts: { role } })),
    ]),
    changedMeanwhile(),
  )
  const isSent = eq(invitations.tokenHash, hashOf(token))
  const [row] = await reaching(db.select().from(invitations).where(isSent))
  if (!row) throw changedMeanwhile()
  const acceptUrl = linkTo(ctx, 'invitation', token)
  ctx.defer(mailLink(ctx, email, acceptUrl))
  return { ...toInvitation(ctx, row), acceptUrl }
}

/** The id of the invitation that waits for the address, which the next one keeps. */
async function findWaiting({ env, tenantId }: CallerContext, email: string) {
  const isOurs = and(eq(invitations.organizationId, tenantId), eq(invitations.email, email))
  const isPending = eq(invitations.status, 'pending')
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({ id: invitations.id })
      .from(invitations)
      .where(and(isOurs, isPending)),
  )
  return row?.id
}

/** @throws ProblemError not_found, and as `invite` */
export async function resendInvitation(ctx: CallerContext, id: string): Promise<SentInvitation> {
  const [row] = await reaching(
    authDatabaseOf(ctx.env).select().from(invitations).where(isWaiting(ctx, id)),
  )
  if (!row?.role) throw missing()
  return invite(ctx, { email: row.email, role: row.role })
}

/** @throws ProblemError not_found */
export async function revokeInvitation(ctx: CallerContext, id: string): Promise<void> {
  const db = authDatabaseOf(ctx.env)
  const gone = db
    .$with('gone')
    .as(
      db
        .update(invitations)
        .set({ status: 'revoked', tokenHash: null })
        .where(isWaiting(ctx, id))
        .returning({ id: invitations.id }),
    )
  const audited = auditColumn(ctx, 'member.invite.revoke', { resource: { type: 'invitation', id } })
  const rows = await reaching(
    db
      .with(gone)
      .select({ id: gone.id, audited: audited.as('audited') })
      .from(gone),
  )
  if (rows.length === 0) throw missing()
}

export async function listInvitations(
  ctx: CallerContext,
  { limit, cursor }: IdPageQuery,
): Promise<InvitationPage> {
  const isAfter = cursor === undefined ? undefined : gt(invitations.id, cursor)
  const isOurs = eq(invitations.organizationId, ctx.tenantId)
  const rows = await reaching(
    authDatabaseOf(ctx.env)
      .select()
      .from(invitations)
      .where(and(isOurs, eq(invitations.status, 'pending'), isAfter))
      .orderBy(asc(invitations.id))
      .limit(limit + 1),
  )
  const page = rows.slice(0, limit)
  const nextCursor = rows.length > limit ? (page.at(-1)?.id ?? null) : null
  return { items: page.map((row) => toInvitation(ctx, row)), nextCursor }
}

/** The answer has the link too, so a mail that gets lost can be made up for by hand. */
async function mailLink(ctx: CallerContext, to: string, url: string): Promise<void> {
  const { name: inviter, tenants } = await getProfile(ctx)
  const organization = tenants.find(({ id }) => id === ctx.tenantId)?.name ?? ''
  await sendMail(ctx, to, { template: 'invitation', data: { url, organization, inviter } })
}

/** What is stored of a link's token. It has 256 random bits, so no salt and no slow hash. */
export const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

const isWaiting = ({ tenantId }: CallerContext, id: string) =>
  and(
    eq(invitations.organizationId, tenantId),
    eq(invitations.id, id),
    eq(invitations.status, 'pending'),
  )

const toInvitation = ({ now }: CallerContext, row: Row): Invitation => ({
  id: row.id,
  email: row.email,
  role: row.role ?? '',
  status: row.expiresAt > now() ? 'pending' : 'expired',
  invitedBy: row.inviterId,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
})

const missing = () => new ProblemError('not_found', 'No such invitation waits for an answer.')

const changedMeanwhile = () =>
  new ProblemError('conflict', 'Somebody else changed this invitation just now; look again.')
