/** A user's own account, across the tenants they belong to. */
import { asc, eq, type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditEntry } from '../../audit/service.ts'
import type { AccountExport, Profile, TenantSummary } from '../tenant-schemas.ts'
import { bans } from './ban-tables.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { oauthConsents } from './oauth-tables.ts'
import { passkeys } from './passkey-tables.ts'
import { refusing } from './refusal.ts'
import { revoke } from './revocation.ts'
import { ownOf } from './session-list.ts'
import { accounts, invitations, members, organizations, sessions, users } from './tables.ts'

export async function getProfile(ctx: CallerContext): Promise<Profile> {
  const { tenantId, actor } = ctx
  const [user, tenants] = await Promise.all([getUser(ctx), listTenants(ctx)])
  const { id, email, emailVerified, name, createdAt, isPlatform } = user
  const role = tenants.find((tenant) => tenant.id === tenantId)?.role ?? ''
  const permissions = actor.type === 'user' ? [...actor.permissions] : []
  const own = { id, email, emailVerified, name, createdAt: createdAt.toISOString() }
  const rights = { tenants, tenantId, role, permissions, isPlatform }
  return { ...own, ...rights, impersonatedBy: await findActor(ctx) }
}

export async function renameUser(ctx: CallerContext, name: string): Promise<Profile> {
  const { id, email } = await getUser(ctx)
  const db = authDatabaseOf(ctx.env)
  await reaching(
    db.batch([
      db.update(users).set({ name, updatedAt: ctx.now() }).where(eq(users.id, id)),
      db.execute(sql`select auth.set_profile(${id}, ${email}, ${name})`),
      db.execute(auditEntry(ctx, 'admin.user.update', { resource: { type: 'user', id } })),
    ]),
  )
  return getProfile(ctx)
}

/** Tenants the caller belongs to, in the order they joined. */
export async function listTenants(ctx: CallerContext): Promise<TenantSummary[]> {
  const rows = await selectTenants(ctx)
  return rows.map(({ id, name, role }) => ({ id, name, role }))
}

/** As auth.conversations_of builds it. */
type Talk = Omit<AccountExport['conversations'][number], 'tenantId'>

/** Everything under the user's id. Secrets and hashes are not data about them, and stay. */
export async function exportAccount(ctx: CallerContext): Promise<AccountExport> {
  const { userId } = ownOf(ctx)
  const db = authDatabaseOf(ctx.env)
  const [user, tenants, [methods, keys, opened, sent, banned, consents, joined, booked, talks]] =
    await Promise.all([
      getUser(ctx),
      selectTenants(ctx),
      reaching(
        db.batch([
          db.select().from(accounts).where(eq(accounts.userId, userId)),
          db.select().from(passkeys).where(eq(passkeys.userId, userId)),
          db.select().from(sessions).where(eq(sessions.userId, userId)),
          db.select().from(invitations).where(eq(invitations.inviterId, userId)),
          db.select().from(bans).where(eq(bans.userId, userId)),
          db.select().from(oauthConsents).where(eq(oauthConsents.userId, userId)),
          db.execute<{ tenantId: string; name: string; addedAt: string }>(
            sql`select tenant_id as "tenantId", name, ${isoOf(sql`added_at`)} as "addedAt"
            from auth.teams_of(${userId})`,
          ),
          db.execute<AccountExport['bookings'][number]>(
            sql`select tenant_id as "tenantId", kind, title, phone, notes,
              ${isoOf(sql`starts_at`)} as "startsAt", status from auth.bookings_of(${userId})`,
          ),
          db.execute<{ tenantId: string; talk: Talk }>(
            sql`select tenant_id as "tenantId", conversation as talk
            from auth.conversations_of(${userId})`,
          ),
        ]),
      ),
    ])
  const { id, email, name, emailVerified, locale } = user
  return {
    exportedAt: ctx.now().toISOString(),
    user: { id, email, name, emailVerified, locale, ...timesOf(user) },
    tenants: tenants.map(({ joinedAt, ...tenant }) => ({
      ...tenant,
      joinedAt: joinedAt.toISOString(),
    })),
    teams: joined.rows.map(({ tenantId, name: team, addedAt }) => ({
      tenantId,
      name: team,
      addedAt,
    })),
    bookings: booked.rows,
    conversations: talks.rows.map(({ tenantId, talk }) => ({
      tenantId,
      id: talk.id,
      title: talk.title,
      language: talk.language,
      summary: talk.summary,
      createdAt: talk.createdAt,
      messages: talk.messages.map(({ role, content, createdAt }) => ({ role, content, createdAt })),
    })),
    signInMethods: methods.map(({ providerId, label, createdAt }) => ({
      provider: providerId,
      label,
      createdAt: createdAt.toISOString(),
    })),
    passkeys: keys.map((key) => ({
      name: key.name,
      createdAt: key.createdAt.toISOString(),
      lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    })),
    sessions: opened.map((session) => ({
      id: session.id,
      createdAt: session.createdAt.toISOString(),
      expiresAt: session.expiresAt.toISOString(),
      ipAddress: session.ipAddress,
      userAgent: session.userAgent,
    })),
    invitationsSent: sent.map((invitation) => ({
      email: invitation.email,
      role: invitation.role ?? '',
      createdAt: invitation.createdAt.toISOString(),
    })),
    bans: banned.map(({ reason, bannedAt, expiresAt }) => ({
      reason,
      bannedAt: bannedAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    applications: consents.map(({ clientId, tenantId, scopes, createdAt }) => ({
      clientId,
      tenantId,
      scopes,
      createdAt: createdAt.toISOString(),
    })),
  }
}

/** @throws ProblemError conflict for the last owner of a tenant; invalid_fields for another address */
export async function deleteAccount(ctx: CallerContext, email: string): Promise<void> {
  const user = await getUser(ctx)
  if (user.email !== email) {
    const errors = [{ in: 'json', pointer: '/email', detail: 'is not the address of this account' }]
    throw new ProblemError('invalid_fields', 'Type the address of this account.', { errors })
  }
  const db = authDatabaseOf(ctx.env)
  const resource = { type: 'user', id: user.id }
  await refusing(
    db.batch([
      db.execute(sql`select auth.delete_user(${user.id})`),
      db.execute(auditEntry(ctx, 'user.delete', { resource })),
    ]),
  )
  await revoke(ctx, [{ type: 'user', id: user.id }])
}

async function findActor({ env, actor }: CallerContext) {
  const actedBy = actor.type === 'user' ? actor.actedBy : undefined
  if (actedBy === undefined) return null
  const columns = { id: users.id, name: users.name }
  const isActor = eq(users.id, actedBy)
  const [row] = await reaching(authDatabaseOf(env).select(columns).from(users).where(isActor))
  return row ?? null
}

async function getUser(ctx: CallerContext) {
  const isCaller = eq(users.id, ownOf(ctx).userId)
  const [user] = await reaching(authDatabaseOf(ctx.env).select().from(users).where(isCaller))
  if (!user) throw new ProblemError('unauthenticated', 'This account is gone.')
  return user
}

function selectTenants(ctx: CallerContext) {
  return reaching(
    authDatabaseOf(ctx.env)
      .select({
        id: organizations.id,
        name: organizations.name,
        role: members.role,
        joinedAt: members.createdAt,
      })
      .from(members)
      .innerJoin(organizations, eq(organizations.id, members.organizationId))
      .where(eq(members.userId, ownOf(ctx).userId))
      .orderBy(asc(members.createdAt), asc(members.id)),
  )
}

/** The schema's spelling of a time, where drizzle does not know the column. */
const isoOf = (time: SQL) =>
  sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const timesOf = ({ createdAt, updatedAt }: { createdAt: Date; updatedAt: Date }) => ({
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})
